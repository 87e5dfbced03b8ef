"""`make bench`: how good and how fast Marquee is, each subject beside what one would pick instead."""
