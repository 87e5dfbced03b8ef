"""CloudWatch alarms as AWS documents them, which MiniStack evaluates without dimensions or missing data.

evaluation: datapoints -> state; message: what an SNS topic is sent; notifier sends it.
localcloud.ministack.alarms plugs them in.
"""
