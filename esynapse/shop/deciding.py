"""What shoppers decide about their lines: to remove, to check out, to pay, to leave."""

from typing import NamedTuple

import numpy as np

from esynapse.shop.arrivals import Visits
from esynapse.shop.browsing import Picks, Shelf, Views
from esynapse.shop.clock import NEVER
from esynapse.shop.columns import Bools
from esynapse.shop.draws import draw, unit, unit32
from esynapse.shop.profile import Profile


class Plan(NamedTuple):
    """Decisions about lines and visits that need no times."""

    removed: Bools
    begins: Bools
    """Per visit: begins to check out, or pays at once."""
    pays: Bools
    """Per visit."""
    now: Bools
    """Per line: paid as soon as it is chosen."""
    kept: Bools
    """Per line: still in the cart at the end of the session."""


def decide(visits: Visits, chosen: Picks, profile: Profile, shelf: Shelf) -> Plan:
    """What becomes of the lines, as far as stock allows."""
    funnel, n = profile.funnel, len(visits)
    removed = chosen.carted & (unit32(draw(chosen.key, "remove"), 32) < funnel.remove_from_cart)
    kept = chosen.carted & ~removed
    waiting = np.bincount(chosen.visit[kept], minlength=n)
    cell = (shelf.row * shelf.appeal.products)[chosen.visit] + chosen.product
    pull = np.bincount(
        chosen.visit[kept], weights=shelf.appeal.purchases[cell[kept]], minlength=n
    ) / np.maximum(waiting, 1)
    chance = funnel.buy_per_cart * pull * shelf.readiness
    chance[visits.aim >= 0] *= funnel.cart_return_commitment
    luck = unit(draw(visits.key, "buy"))
    pays = (waiting > 0) & (luck < chance)
    begins = (waiting > 0) & (luck < chance / funnel.checkout_completion)
    at_once = pays & (unit(draw(visits.key, "at once")) < funnel.pay_at_once)
    also = unit32(draw(chosen.key, "also"), 32) < funnel.buys_next_line_too
    line = np.flatnonzero(kept)
    _, first = np.unique(chosen.visit[line], return_index=True)
    also[line[first]] = True
    now = ~chosen.carted | (kept & at_once[chosen.visit] & also)
    return Plan(removed, begins & ~at_once, pays & ~at_once, now, kept)


def leave_after_paying(
    visits: Visits, views: Views, chosen: Picks, plan: Plan, profile: Profile
) -> tuple[Views, Picks, Plan]:
    """Some sessions end when they have paid at once: what would have come after does not."""
    last = np.full(len(visits), -1)
    paid = np.flatnonzero(plan.now)
    np.maximum.at(last, chosen.visit[paid], chosen.view[paid])
    leaves = unit32(draw(visits.key, "leaves"), 32) < profile.funnel.leaves_after_paying
    end = np.where(leaves & (last >= 0), last, NEVER)
    stays = np.arange(len(views.visit)) <= end[views.visit]
    kept_views, line = np.flatnonzero(stays), np.flatnonzero(stays[chosen.view])
    place = np.cumsum(stays) - 1
    trimmed = Views(
        visit=views.visit[kept_views],
        first=place[views.first],
        count=np.bincount(views.visit[kept_views], minlength=len(visits)),
        product=views.product[kept_views],
        words=views.words[kept_views],
        gap=views.gap[kept_views],
    )
    picks = Picks(
        view=place[chosen.view[line]],
        visit=chosen.visit[line],
        product=chosen.product[line],
        key=chosen.key[line],
        carted=chosen.carted[line],
    )
    kept = plan._replace(removed=plan.removed[line], now=plan.now[line], kept=plan.kept[line])
    return trimmed, picks, kept
