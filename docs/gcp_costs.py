"""Print what a month on Google Cloud costs, and write it into docs/deploy-gcp.md.

    python docs/gcp_costs.py              from the figures as they were measured
    python docs/gcp_costs.py --sql        after looking anew at what the SQL reads (15 s)
    python docs/gcp_costs.py --measure    after simulating three shops and weighing them (5 minutes)

Nothing is asked of Google. The folder beside this file has the prices, the figures and the sums.
"""

import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs/deploy-gcp.md"


@click.command()
@click.option("--sql", is_flag=True, help="Look anew at what each statement reads.")
@click.option("--measure", "weighs", is_flag=True, help="Simulate and weigh three shops as well.")
def main(sql: bool, weighs: bool) -> None:
    from gcp_costs import page_with, read_figures, table

    if sql or weighs:
        _measure(weighs=weighs)
    made = table(read_figures())
    click.echo(made)
    PAGE.write_text(page_with(made, PAGE.read_text()))
    click.echo(f"\nwritten to {PAGE.relative_to(ROOT)}", err=True)


def _measure(*, weighs: bool) -> None:
    from gcp_costs.figures import read_figures, write_figures
    from gcp_costs.measure import SHOPS, measure, simulate
    from gcp_costs.statements import Project

    project = Project()
    if not weighs:
        write_figures(read_figures() | project.statements())
        return
    relations = {name: project.local_relation(name) for name in project.tables()}
    with tempfile.TemporaryDirectory(prefix="esynapse-costs-") as scratch:
        homes = {name: Path(scratch, name) for name in SHOPS}
        for name, shop in SHOPS.items():
            click.echo(f"simulating {shop['days']} days at scale {shop['scale']}", err=True)
            simulate(homes[name], shop)
        sizes = measure(homes, relations)
    write_figures(sizes | project.statements())


if __name__ == "__main__":
    main()
