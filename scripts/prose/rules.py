"""The rules: phrases that public text must not contain, and habits that are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_WORDS = 25
LONG_SENTENCE = "long-sentence"
OPENING_CLAUSE = "opening-clause"
BANNED_PHRASE = "banned-phrase"

# "Exams in the cell." is clearer than "What the cell has."
OPENING = re.compile(r"\W*(?:What|How|Who|Where|Whether|As|Those|One)\b")

_END = r"(?=\s*(?:[.,;:)!?]|$))"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern to find, and what to write instead. A space in the pattern matches any white space."""

    name: str
    pattern: re.Pattern[str]
    instead: str


def _rule(name: str, pattern: str, instead: str) -> Rule:
    # A lookbehind needs a fixed width, so those spell their white space as \s.
    return Rule(name, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), instead)


BANNED = (
    _rule("unless-told", r"\bunless (?:it is |you are |they are )?told\b", '"Defaults to …"'),
    _rule("tell-of", r"\b(?:tells?|told|telling) of\b", "say the fact, or name who reports it"),
    _rule("is-said", r"\b(?:is|are|be|was|were) said\b", "say it, or name who returns it"),
    _rule("says-so", r"\b(?:says?|said|saying) so\b", "state what is reported"),
    _rule(
        "of-it/of-them",
        # Quantities and prepositions are ordinary: "all of them", "part of it", "because of it".
        r"(?<!\ball)(?<!\bany)(?<!\bone)(?<!\btwo)(?<!\bboth)(?<!\beach)(?<!\bmost)(?<!\bmany)(?<!\bmore)(?<!\bless)"
        r"(?<!\bnone)(?<!\bsome)(?<!\bpart)(?<!\bcopy)(?<!\bhalf)(?<!\brest)(?<!\bevery)(?<!\bthree)(?<!\beither)"
        r"(?<!\bcopies)(?<!\bbecause)(?<!\binstead)(?<!\bnumber)(?<!\bahead)(?<!\bfront)(?<!\bout)(?<!\boutside)"
        r"(?<!\binside)(?<!\bfew)(?<!\bseveral)(?<!\bneither)(?<!\bindependent)(?<!\d)"
        r" of (?:it|them)\b" + _END,
        "name the thing, or leave it out",
    ),
    _rule(
        "somebody-elses", r"\b(?:somebody|someone) else's\b", "name the owner: another teacher's"
    ),
    _rule(
        "that-is-none",
        r"\b(?:that|which|it|this|there|they|these) (?:is|are|was|were) (?-i:none)\b" + _END,
        "say what is valid",
    ),
    _rule("is-not-missed", r"\b(?:is|are) not missed\b", "is ignored"),
    _rule("is-to-be", r"\b(?:is|are) to be\b(?! (?:able|an?|the)\b)", "must be, or will be"),
    _rule("come-about", r"\b(?:comes?|came|coming) about\b", "is created, happens"),
    _rule("a-word-to", r"\ba word (?:to|for)\b", "a message to"),
    _rule("by-itself", r"\bby (?:itself|themselves)\b", "alone, automatically, on its own"),
    _rule(
        "for-good",
        r"\bfor good" + r"(?=\s*(?:[.,;:)!?]|$)| (?:when|if|and|or|after|once)\b)",
        "permanently",
    ),
    _rule("in-its-place", r"\bin (?:its|their) place\b", "instead"),
    _rule(
        "gives-nothing", r"\b(?:gives?|gave|given) nothing\b", "returns nothing, is null, is empty"
    ),
    _rule(
        "at-all",
        # "at all levels" is a place.
        r"\bat all\b(?! (?!is\b|was\b|has\b|does\b|as\b|unless\b|this\b)\w+s\b)",
        "leave it out, or name what is missing",
    ),
    _rule("as-it-is-now", r"\bas (?:it is|they are) now\b", "current"),
    _rule(
        "what-is-there", r"\bwhat is (?:not )?there\b(?! to\b)", "existing (or missing) ones, named"
    ),
    _rule(
        "take-back",
        r"\b(?:takes?|took|taken|taking)(?: \w+){0,3} back\b(?! to\b)",
        "withdraw, undo",
    ),
    _rule("out-of-use", r"\bout of use\b", "inactive, deactivate"),
    _rule(
        "let-in",
        r"\b(?:lets?|letting)(?: (?:it|them|him|her|you|us))? in\b",
        "allow, admit, accept",
    ),
    _rule("shut-out", r"\bshut(?:s|ting)?(?: \w+)? out\b", "deny access, revoke"),
    _rule("open-the-door", r"\bopen(?:s|ed|ing)? the door\b", "is valid, grants access"),
    _rule("at-once", r"\bat once\b", 'immediately, or "at the same time"'),
)

# Single words of the same style: right in some sentences, so they are advice.
WORDS = (
    _rule("tell/told", r"\b(?:tells?|told|telling)\b", "say, return, report, show"),
    _rule(
        "where-for-if",
        r"\bwhere (?:there|nobody|somebody|it|that|they|none|nothing|one|this|no|those|theirs)\b",
        "if, when",
    ),
    _rule(
        "nobody/somebody", r"\b(?:nobody|somebody)\b", "name who: the viewer, another user, no user"
    ),
    _rule("says", r"\b(?:says|is said|be said)\b", "state the fact; means, shows, returns"),
    _rule("those-of/that/who", r"\bthose (?:of|that|who)\b", "repeat the noun"),
    _rule("whose", r"\bwhose\b", "with, of which"),
    _rule("beside", r"\bbeside\b", "besides, next to, with"),
    _rule("anew", r"\banew\b", "again"),
    _rule(
        "hold",
        # Ordinary with a lock, a connection or a transaction.
        r"\b(?:holds?|held)\b(?! (?:\w+ ){0,2}(?:locks?|connections?|transactions?)\b)",
        "contain",
    ),
    _rule("give", r"\bgives?\b(?! up\b)", "return, set, grant"),
    _rule("lie", r"\b(?:lies?|lay)\b", "is in, is at"),
    _rule("stand", r"\bstands?\b", "is"),
    _rule("may-be", r"\bmay be\b", "can be"),
    _rule("in-the-place-of", r"\bin the place of\b", "instead of, replaces"),
)
