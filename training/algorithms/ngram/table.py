"""Looking n-grams up: a cuckoo hash table (Pagh & Rodler 2001) that answers for a whole array at once."""

from dataclasses import dataclass

import numpy as np

from algorithms.ngram.tokens import CODE_BITS, Codes, Ints, distinct

_LEAST_BITS = 8
# No n-gram has such a code: codes have fewer bits.
_EMPTY = np.uint64(2**64 - 1)
_MOST_ROUNDS = 200


@dataclass(frozen=True)
class Table:
    """Slots, a power of two of them, each empty or with a code; a code lies in one of its two slots."""

    codes: Codes
    places: Ints

    def find(self, wanted: Codes) -> tuple[Ints, Ints]:
        """Return which of the wanted codes (as places in `wanted`) are there, and their places in the keys.

        Two looks per code, whatever the table holds.
        """
        first, second = slots(wanted, len(self.codes))
        slot = np.where(self.codes.take(second) == wanted, second, first)
        (found,) = (self.codes.take(slot) == wanted).nonzero()
        return found, self.places.take(slot.take(found))


def slots(codes: Codes, size: int) -> tuple[Ints, Ints]:
    """Return the two slots of each code in a table of `size` slots: its upper bits and its lower bits."""
    bits = size.bit_length() - 1
    upper, lower = codes >> np.uint64(CODE_BITS - bits), codes & np.uint64(size - 1)
    return upper.view(np.int64), lower.view(np.int64)


def build(keys: Codes) -> Table:
    """Place distinct codes, a third of the slots full at most; twice the slots should some find no rest."""
    bits = max(_LEAST_BITS, (3 * len(keys)).bit_length())
    while (table := _placed(keys, 2**bits)) is None:
        bits += 1
    return table


def _placed(keys: Codes, size: int) -> Table | None:
    """Move whoever was pushed out to its other slot, all at once, until nobody is."""
    both = np.stack(slots(keys, size))
    lies_in = np.zeros(len(keys), np.int64)
    places = np.full(size, -1, np.int32)
    moved = np.arange(len(keys))
    for _ in range(_MOST_ROUNDS):
        target = both[lies_in[moved], moved]
        evicted = places[target]
        places[target] = moved
        # Of several that moved to one slot the last stays; those pushed out move on with the others.
        lost = np.r_[evicted[evicted >= 0], moved]
        lost = distinct(lost[places[both[lies_in[lost], lost]] != lost])
        if not len(lost):
            codes = np.full(size, _EMPTY)
            codes[places >= 0] = keys[places[places >= 0]]
            return Table(codes, places.astype(np.int64))
        lies_in[lost] = 1 - lies_in[lost]
        moved = lost
    return None
