"""The rules of the model by name: number, what they say, and the algebra that columns and settings feed.

Data only: each column of a row model and each setting names the rules it feeds, the reference page spells them
out, and the family files of `models/` write them down.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Rule(NamedTuple):
    """A rule: its number (empty: it is none, but what rules are made of), a title, algebra, and family files."""

    number: str
    title: str
    algebra: tuple[str, ...]
    families: tuple[str, ...] = ()


RULES: Final[dict[str, Rule]] = {
    "sets": Rule(
        "",
        "Sets and labels",
        (
            "t periods 1..T · f funders, κ(f) currency · k cycles, P(k) periods · i initiatives, κ(i) · m milestones, "
            "d duration · g stages · p parties · c currencies · ℓ = (i, g, p) funding lines (p empty in a real pot)",
        ),
    ),
    "horizon": Rule("", "Horizon", ("t = 1..T; years of t = (t − 1)/periods per year",)),
    "rates": Rule(
        "",
        "Rates",
        (
            "R(c,t) planning rate: budgets, commitments, buffers, tickets",
            "R̄(c) reference rate: equity, earmarks, caps, goals, totals",
            "both in base currency per unit of c; 1 for the base currency",
        ),
    ),
    "reports": Rule("", "Reports", ("names and reasons; they change no plan",)),
    "search": Rule(
        "",
        "Search",
        (
            "stop at gap = |bound − objective| / |objective|, at the time limit or at a signal",
            "then settling to minor units and tie-break within max(10 s, 10 % of the time so far, time to build)",
            "what is cut short then is said: a plan that can be settled stands in for one that cannot",
        ),
    ),
    "milestones": Rule(
        "1",
        "Milestones",
        (
            "started[m,t−1] ≤ started[m,t];  t + d − 1 ≤ min(T, deadline);  t + last cost offset ≤ min(T, sunset)",
            "started[m+1,t] ≤ started[m,t−d];  begin[m+1,t] ≤ Σ begin[m,s], s = t−d−max_pause..t−d",
            "mandatory: started[m,T] = 1;  complete: started[last,T] ≥ started[first,T]",
            "min_level·begin ≤ level ≤ begin;  Σ_t level[m+1,t] ≤ Σ_t level[m,t]",
        ),
        ("milestones", "windows"),
    ),
    "precedence": Rule(
        "2",
        "Precedence",
        (
            "finish-start: started[b,t] ≤ started[a,t−d(a)−lag];  start-start: started[b,t] ≤ started[a,t−lag]",
            "success 0: no finish-start successor, and no later milestone of the initiative, may start",
        ),
        ("precedence",),
    ),
    "choices": Rule("3", "Choices", ("at_least ≤ Σ funded[i] ≤ at_most",), ("choices",)),
    "ranking": Rule("3", "Ranking", ("funded[i] ≥ funded[j] for i strictly better ranked in the call",), ("ranking",)),
    "synergies": Rule(
        "3",
        "Synergies",
        (
            "value > 0: bonus ≤ value·Σ_t level[m,t] for every milestone m of every member",
            "value < 0: bonus ≤ value·(Σ done − n + 1), bonus ≤ 0; n milestones in all",
        ),
        ("synergies",),
    ),
    "cover": Rule(
        "4",
        "Cost falls due and is covered",
        (
            "due[ℓ,t] = σ(i,p)·Σ_m cost(m)·Σ_o profile(m,o)·(1 + escalation)^((t−1)/periods per year)·level[m,t−o]",
            "Σ_f pay[f,ℓ,t] = due[ℓ,t]; in a virtual pot a funder with a home pays that party's lines only",
        ),
        ("cover", "lines"),
    ),
    "eligibility": Rule(
        "4",
        "Eligibility",
        ("pay[f,ℓ,t] exists where no red line meets ℓ and, if f has true rows, one of them does",),
        ("eligibility",),
    ),
    "cofunding": Rule(
        "5",
        "Co-funding",
        ("at_least·Σ due ≤ Σ_{f in scope} pay ≤ at_most·Σ due, per initiative, over its life",),
        ("cofunding",),
    ),
    "matching": Rule(
        "6",
        "Matching",
        (
            "pay of matching funders = Σ_r matched[r];  Σ_r used[r,b] ≤ Σ pay of source b;  Σ matched ≤ ratio·Σ used",
            "cumulative: the last for every t;  Σ matched ≤ min(cap, cost)·unlocked;  Σ used ≥ min_base·unlocked",
        ),
        ("matching",),
    ),
    "guarantees": Rule(
        "7",
        "Guarantees",
        (
            "Σ_{f covered} pay in scope ≤ Σ backed;  Σ backed[j,i] ≤ leverage·Σ_k guaranteed[j,i,k]",
            "Σ_i Σ_k guaranteed[j,i,k]·R̄ ≤ cap",
            "guaranteed[j,i,k] ≤ cost/leverage·Σ_{t in P(k)} begin[first milestone in scope,t]",
            "cycle k of the guarantor sets aside provisioning_rate·guaranteed[j,i,k]",
        ),
        ("guarantees",),
    ),
    "commitments": Rule(
        "8",
        "Commitments",
        (
            "Σ_f commit[f,ℓ,t] = all cost of what begins in t;  Σ_{s≤t} pay ≤ Σ_{s≤t} commit, equal at T",
            "Σ_{t in P(k)} Σ_ℓ commit·R(κ(ℓ),t)/R(κ(f),t) ≤ commitments",
        ),
        ("commitments",),
    ),
    "budgets": Rule(
        "9",
        "Budgets",
        (
            "A[f,k] = payments − reserved + carried[f,k−1];  U[f,k] = pay in κ(f) + hedge costs + provisions",
            "U + buffer ≤ A;  U (+ buffer unless released) + carried + lapsed = A",
            "carried ≤ min(carry_over·payments, payments − reserved);  buffer ≥ currency need + contingency·Σ pay",
        ),
        ("budgets",),
    ),
    "currency": Rule(
        "10",
        "Currency buffers",
        (
            "u[f,c,t] = pay in c − hedged;  δ(f,c,t) = R(c,t)/R(κ(f),t)·(exp(z·σ_{c/κ(f)}·√years) − 1)",
            "additive: need = Σ_t Σ_c δ·u;  budgeted: the sum of the gamma largest Σ_t δ·u_c",
            "cvar: need = mean loss of the worst (1 − confidence) of the scenarios",
            "hedging costs (hedge_cost(c) + hedge_cost(κ(f)))·years of the hedged amount",
        ),
        ("currency",),
    ),
    "equity": Rule(
        "11",
        "Equity",
        (
            "received[p] = Σ σ(i,p)·due·R̄;  contributed[p] = Σ pay·R̄ of the public funders whose home is p",
            "received, contributed: a·Σ x ≤ x[P] ≤ b·Σ x;  geo_return: ρ·contributed[P] ≤ received[P]",
            "key: ρ·(key[P]/Σ key)·Σ received ≤ received[P];  initiatives: a ≤ Σ funded with a share of P ≤ b",
        ),
        ("equity",),
    ),
    "earmarks": Rule("11", "Earmarks", ("at_least·Σ all pay ≤ Σ pay in scope ≤ at_most·Σ all pay",), ("earmarks",)),
    "stability": Rule(
        "12",
        "Stability",
        (
            "|paid[k]/n_k − paid[k−1]/n_{k−1}| ≤ max_change·payments[k−1]/n_{k−1}; n periods of the cycle",
            "verified to (a minor unit per payment)/n of both cycles and a minor unit/n_{k−1} for the limit",
        ),
        ("stability",),
    ),
    "risk": Rule(
        "12",
        "Risk tolerance",
        ("Σ (1 − P[i,g])·pay·R̄ ≤ risk_tolerance·Σ pay·R̄; P success through the stage's last milestone",),
        ("risk",),
    ),
    "tickets": Rule("13", "Tickets", ("min_ticket·joins[f,i] ≤ Σ pay of f on i ≤ bound·joins[f,i]",), ("tickets",)),
    "replanning": Rule(
        "14",
        "Re-planning",
        (
            "before frozen_until nothing new starts, and what has begun keeps its start and level; as approved stay",
            "pay, hedges and commitments before it, and guarantees of what has begun in their scope",
            "afterwards: money moved against the approved plan ≤ max_change·Σ approved, or priced",
            "verified: what is frozen to the cent; money moved to a minor unit per amount approved from then on",
            "ratios and tickets on frozen amounts to a minor unit each, as in every plan; limits exactly as booked",
        ),
        ("replanning",),
    ),
    "objective": Rule(
        "",
        "Objective",
        (
            "value: max Σ_m value·S(m)·(1 + discount_rate)^−years·level + Σ bonus; S product of success so far",
            "public_money: min (pay + hedge costs + provisions) of public funders, at R̄",
            "received: max Σ received[group];  key: max of the least received[p]/key[p]",
            "for these three: Σ value terms ≥ required_value",
        ),
        ("objective",),
    ),
}
"""Every rule by the name by which ``feeds`` of a column or setting means it."""


def rules_of(feeds: str) -> tuple[str, ...]:
    """Return the names of rules that a ``feeds`` lists; ``KeyError`` for one that is no rule."""
    names = tuple(name.strip() for name in feeds.split(",") if name.strip())
    for name in names:
        RULES[name]
    return names
