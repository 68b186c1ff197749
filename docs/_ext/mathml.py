"""The plain algebra of docstrings as MathML, which browsers draw by themselves: no script, no font, no network.

    pay[f,ℓ,t]        what stands in brackets right after a name is its index
    Σ_{t in k} x      a sum with its range below, max and min alike
    (1+r)^(−years)    a power;  √x a root;  n_k an index of one letter or in braces

Everything else is names, numbers and signs in the order in which they stand; words keep their blanks.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<sum>[ΣΠ])"
    r"|(?P<name>[^\W\d_][̄²³'′]*(?:[^\W_]|(?<=[^\W\d_]{2})_(?=[^\W\d_]{2}))*[̄²³]*)"
    r"|(?P<sign>.)",
    re.UNICODE,
)
_OPEN, _CLOSE = {"(": ")", "{": "}", "[": "]"}, ")}]"
_OPERATORS = set("+−-·×≤≥=<>∈,;:/|→±…")
_MACRON = "\u0304"
_ABOUT = re.compile(r"\((and|or)\b")
MATH = re.compile(r"[=≤≥∈Σ·√^]|\w\[")


class Token(NamedTuple):
    """A piece of a formula: its kind, its text, and whether blanks stand before it."""

    kind: str
    text: str
    spaced: bool


def is_math(text: str) -> bool:
    """Return whether a text is a formula rather than words, or words about a formula such as "(and ≤)"."""
    return MATH.search(text) is not None and not _ABOUT.match(text)


def mathml(text: str) -> str:
    """Return a formula as a `math` element whose alternative text is the formula as it was written."""
    text = text.replace("`", "")
    parser = _Parser(_tokens(text))
    return f'<math displaystyle="true" alttext="{escape(text, quote=True)}">{parser.row("")}</math>'


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind == "space":
            spaced = True
            continue
        found.append(Token(kind, match[0], spaced))
        spaced = False
    return found


class _Parser:
    """Reads tokens from left to right; a place beyond the end reads as an empty sign."""

    def __init__(self, tokens: list[Token]) -> None:
        """Begin with the first token."""
        self.tokens, self.place = tokens, 0

    def peek(self) -> Token:
        """Return the next token without taking it."""
        return self.tokens[self.place] if self.place < len(self.tokens) else Token("end", "", False)

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.peek()
        self.place += 1
        return token

    def row(self, end: str) -> str:
        """Return everything up to a closing sign (which is taken) as one row."""
        parts: list[str] = []
        before = Token("end", "", False)
        while self.peek().kind != "end" and self.peek().text != end:
            token = self.peek()
            words = self._words()
            if token.spaced and parts and _wordlike(before) and _wordlike(token):
                parts.append('<mspace width="0.4em"/>')
            parts.append(words or self.atom())
            before = self.tokens[self.place - 1]
        self.take()
        return f"<mrow>{''.join(parts)}</mrow>"

    def _words(self) -> str:
        """Return (and take) a run of two or more plain words, which are no product of symbols; else nothing."""
        end = self.place
        while end < len(self.tokens) and self.tokens[end].kind == "name":
            if end > self.place and not self.tokens[end].spaced:
                break
            end += 1
        if self.place < end < len(self.tokens) and not self.tokens[end].spaced and self.tokens[end].text in "[_^(":
            end -= 1  # the last of them has an index
        run = [token.text for token in self.tokens[self.place : end]]
        if len(run) < 2 or all(len(word) == 1 for word in run):
            return ""
        self.place = end
        return f"<mtext>{escape(' '.join(run))}</mtext>"

    def atom(self) -> str:
        """Return the next name, number, sign or bracket with its indices and powers."""
        token = self.take()
        if token.kind == "sum":
            base, limits = f'<mo class="sum">{token.text}</mo>', self._range()
            return f"<munder>{base}{limits}</munder>" if limits else base
        if token.kind == "number":
            return self._scripts(f"<mn>{token.text}</mn>")
        if token.kind == "name":
            limits = self._range() if token.text in ("max", "min", "mean") else ""
            told = f"<mi>{escape(token.text)}</mi>"
            if token.text[1:] == _MACRON:
                told = f"<mover><mi>{token.text[0]}</mi><mo>¯</mo></mover>"
            return f"<munder>{told}{limits}</munder>" if limits else self._scripts(told)
        if token.text == "√":
            return f"<msqrt>{self.atom()}</msqrt>"
        if token.text in _OPEN and token.text != "{":
            inner = self.row(_OPEN[token.text])
            return self._scripts(f"<mrow><mo>{token.text}</mo>{inner}<mo>{_OPEN[token.text]}</mo></mrow>")
        if token.text in _OPERATORS or token.text in _CLOSE:
            return f"<mo>{escape(token.text)}</mo>"
        return f"<mtext>{escape(token.text)}</mtext>"

    def _range(self) -> str:
        """Return what stands below a sum: `_x` or `_{...}`."""
        if self.peek().text != "_":
            return ""
        self.take()
        return self._group()

    def _group(self) -> str:
        if self.peek().text in ("{", "("):
            return self.row(_OPEN[self.take().text])
        token = self.take()
        sign = token.text if token.kind in ("name", "number") else escape(token.text)
        return f"<mi>{sign}</mi>"

    def _scripts(self, base: str) -> str:
        """Return a base with the index and the power that follow it at once."""
        index = power = ""
        while not self.peek().spaced and self.peek().text in ("[", "_", "^"):
            sign = self.take().text
            if sign == "^":
                power = self._group()
            else:
                found = self.row("]") if sign == "[" else self._group()
                index = f"{index}<mo>,</mo>{found}" if index else found
        if index and power:
            return f"<msubsup>{base}<mrow>{index}</mrow>{power}</msubsup>"
        if index:
            return f"<msub>{base}<mrow>{index}</mrow></msub>"
        return f"<msup>{base}{power}</msup>" if power else base


def _wordlike(token: Token) -> bool:
    """Return whether a token would run into its neighbour without a blank."""
    return token.kind in ("name", "number", "sum") or token.text in ("(", ")", "]", "}", "√", "[")
