"""Reads the parts of a mapping document one by one and collects, in sentences, what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from embedded_app.accounting.mapping import Tracking
from embedded_app.accounting.order import LineKind

MOST_TRACKING = 2  # Xero takes two tracking options on a line

Word = TypeVar("Word", bound=StrEnum)


@dataclass(slots=True)
class Reader:
    """What a part of a document says. A problem found is kept in problems; what is returned then is not used."""

    problems: list[str] = field(default_factory=list)

    def refuse_unknown(self, where: str, part: dict[str, Any], known: frozenset[str]) -> None:
        for name in sorted(set(part) - known):
            self.problems.append(f"‘{name}’ in {where} is not a field we know: remove it or correct its spelling.")

    def text(self, where: str, found: object) -> str:
        if isinstance(found, str) and found.strip():
            return found
        self.problems.append(f"{where} must be a text that is not empty: fill it in.")
        return ""

    def choice(self, name: str, part: dict[str, Any], words: tuple[str, ...]) -> str:
        found = part.get(name, words[0])
        if found in words:
            return str(found)
        self.problems.append(f"{name} must be one of ‘{'’, ‘'.join(words)}’, not ‘{found}’.")
        return words[0]

    def day(self, where: str, found: object) -> date | None:
        if found is None:
            return None
        try:
            return date.fromisoformat(str(found))
        except ValueError:
            self.problems.append(f"{where} must be a day such as 2026-11-01, not ‘{found}’.")
            return None

    def texts_by_name(self, where: str, found: object) -> dict[str, str]:
        if not isinstance(found, dict):
            self.problems.append(f"{where} must be a list of names, each with its account: fill it in.")
            return {}
        return {name: self.text(f"{where}.{name}", account) for name, account in found.items()}

    def accounts(self, found: object) -> dict[LineKind, str]:
        if isinstance(found, dict) and LineKind.ROUNDING in found:
            self.problems.append("accounts.rounding: Xero's own rounding account is used, so leave this one out.")
        return self.named("accounts", found, LineKind, "a kind of line")

    def named(self, where: str, found: object, words: type[Word], what: str) -> dict[Word, str]:
        """Accounts by the words of one enumeration."""
        accounts: dict[Word, str] = {}
        for name, account in self.texts_by_name(where, found).items():
            word = self.word(where, name, words, what)
            if word is not None:
                accounts[word] = account
        return accounts

    def word(self, where: str, found: object, words: type[Word], what: str) -> Word | None:
        try:
            return words(str(found))
        except ValueError:
            known = ", ".join(word.value for word in words)
            self.problems.append(f"{where}: ‘{found}’ is not {what}: use one of {known}.")
            return None

    def items(self, where: str, name: str, entry: dict[str, Any]) -> list[object]:
        found = entry.get(name)
        if isinstance(found, list) and found:
            return list(found)
        self.problems.append(f"{where}, {name} must be a list that is not empty: fill it in.")
        return []

    def tracking(self, where: str, found: object) -> Tracking:
        if not isinstance(found, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
            self.problems.append(f"{where} must be a list of pairs, each a tracking category and its option.")
            return ()
        pairs = tuple((self.text(where, category), self.text(where, option)) for category, option in found)
        if len(dict(pairs)) < len(pairs) or len(pairs) > MOST_TRACKING:
            self.problems.append(f"{where} must name at most two tracking categories, each once.")
        return pairs
