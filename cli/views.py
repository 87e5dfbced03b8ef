"""Results as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from cli.learning import drawn
from cli.timeline import timeline, waiting
from marquee.ledger import Stage
from marquee.releases.champions import kept

if TYPE_CHECKING:
    from rich.console import RenderableType

    from cli.learning import Curves
    from cli.notices import Notice
    from marquee.ledger import Champion, Run

_COUNTERS = (":step", ":epoch")
_BARS = 32  # a terminal of 80 columns has room for so many beside the names
_COLOURS = {"LIVE": "green", "REJECTED": "yellow", "FAILED": "red"}


def _stage(stage: str) -> str:
    colour = _COLOURS.get(stage, "cyan")
    return f"[{colour}]{stage}[/]"


def _percent(share: Any) -> str:
    return f"{share:.1%}" if isinstance(share, int | float) else ""


def _table(*columns: str) -> Table:
    # Folded, not cropped: an id or an address that lost its end cannot be copied.
    folding = [Column(name, overflow="fold") for name in columns]
    return Table(*folding, box=None, pad_edge=False, header_style="bold")


def runs_table(runs: list[Run]) -> RenderableType:
    """The runs, newest first, one line each, and below them why some did not go live."""
    if not runs:
        return Text("No runs yet: `marquee upload FILE` starts one.")
    table = _table("run", "stage", "started (UTC)", "reviews", "accuracy")
    for run in runs:
        rows, accuracy = str(run.facts.get("rows", "")), _percent(run.facts.get("accuracy"))
        table.add_row(run.run_id, _stage(run.stage), run.created_at[:16].replace("T", " "), rows, accuracy)
    # A column would leave a sentence a dozen characters of an 80-column terminal.
    reasons = [f"{run.run_id}: {run.reason}" for run in runs if run.reason and run.stage != Stage.LIVE]
    return Group(table, *(Text(f"\n{reason}") for reason in reasons))


def run_timeline(run: Run) -> RenderableType:
    """One run: what happened when, how long it took, and what is known about it."""
    table = _table("at (UTC)", "what", "took", "tries", "why")
    moments = timeline(run)
    of_one_day = len({moment.at[:10] for moment in moments}) == 1
    for moment in moments:
        what = _stage(moment.what) if moment.what else ""
        at = moment.at[11:19] if of_one_day else moment.at[5:19].replace("T", " ")
        table.add_row(at, what, moment.took, moment.tries, escape(moment.why))
    facts = _table("fact", "value")
    for name, value in sorted(run.facts.items()):
        facts.add_row(name, escape(str(value)))
    day = run.created_at[:10]
    head = f"Run [bold]{run.run_id}[/] of {day}, attempt {run.attempt}: {_stage(run.stage)}"
    sentences = [Text(sentence) for sentence in (run.reason, waiting(run)) if sentence]
    return Group(Text.from_markup(head), *sentences, "", table, "", facts)


def run_view(run: Run, metrics: Curves) -> RenderableType:
    """One run, and how its training went if it was measured on the way."""
    return Group(run_timeline(run), *curves_table(metrics))


def curves_table(metrics: Curves) -> list[RenderableType]:
    """The metrics that changed while the model learned, each as a line of bars; [] if none did."""
    table = _table("metric", "first", "", "last")
    for name, values in metrics.items():
        if len(values) > 1 and not name.endswith(_COUNTERS):
            table.add_row(escape(name), f"{values[0]:.4g}", drawn(values, _BARS), f"{values[-1]:.4g}")
    return ["", table] if table.row_count else []


def strikes_table(report: dict[str, Any]) -> RenderableType:
    """The plan of faults in force, and what each has struck."""
    struck, planned = report["struck"], report["plan"]["faults"]
    if not planned:
        return Text("Nothing goes wrong on purpose: `marquee faults PLAN` changes that.")
    plan = _table("fault", "kind", "struck", "of")
    for index, fault in enumerate(planned):
        count = sum(strike["fault"] == index for strike in struck)
        plan.add_row(str(index), fault["kind"], str(count), str(fault["times"]))
    strikes = _table("at (UTC)", "fault", "what was struck")
    for strike in struck:
        at = datetime.fromtimestamp(strike["at"], UTC).strftime("%H:%M:%S.%f")[:-3]
        strikes.add_row(at, f"{strike['fault']} {strike['kind']}", escape(strike["subject"]))
    return Group(plan, "", strikes)


def predictions_table(texts: list[str], answer: dict[str, Any]) -> RenderableType:
    """What the model says about each text, and why if it was asked."""
    predictions = answer["predictions"]
    explained = any("explanation" in prediction for prediction in predictions)
    table = _table("review", "label", "confidence", *(["because of"] if explained else []))
    for text, prediction in zip(texts, predictions, strict=True):
        row = [escape(text), prediction["label"], _percent(prediction["confidence"])]
        table.add_row(*row, *([_reasons(prediction)] if explained else []))
    return table


def _reasons(prediction: dict[str, Any]) -> str:
    """A phrase a line, with what it adds to the log odds of which label."""
    lines = [
        f"{escape(reason['phrase'])} ({escape(reason['label'])} +{reason['weight']:.2f})"
        for reason in prediction.get("explanation", [])
    ]
    return "\n".join(lines) or "no word it knows"


def versions_table(champion: Champion) -> RenderableType:
    """What can be brought back, the version that answers first."""
    table = _table("version", "run", "accuracy", "since (UTC)", "")
    for one in kept(champion):
        said = "answers now" if one is champion else "rolled back from" if one.withdrawn else ""
        table.add_row(one.version, one.run_id, _percent(one.accuracy), one.since[:16].replace("T", " "), said)
    return table


def traffic_table(variants: list[dict[str, Any]]) -> RenderableType:
    """Who answers which part of the requests."""
    if not variants:
        return Text("No endpoint answers.")
    table = _table("variant", "version", "requests")
    for variant in variants:
        table.add_row(variant["variant"], variant["version"], f"{variant['percent']:.0f}%")
    return table


def notice_panel(notice: Notice) -> RenderableType:
    """One message, as its reader finds it."""
    return Panel(
        Text(notice.text.strip()), title=escape(notice.subject), title_align="left", subtitle=notice.at
    )


def inbox_list(notices: list[Notice]) -> RenderableType:
    """The messages, newest last."""
    if not notices:
        return Text("No notices yet.")
    return Group(*(notice_panel(notice) for notice in notices))
