from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger.whole.digests import NOTHING, PAGE, REMOVED, Digests

ONE, OTHER = b"1" * 32, b"2" * 32
NUMBERS = st.integers(1, 3 * PAGE)
TOLD = st.dictionaries(NUMBERS, st.sampled_from([ONE, OTHER, REMOVED]), max_size=12)


def of(held: dict[int, bytes], model: str = "commit") -> Digests:
    digests = Digests()
    for number, digest in held.items():
        digests.put_named(f"{model}:{number}", digest)
    return digests


@given(TOLD, TOLD, st.dictionaries(NUMBERS, st.sampled_from([ONE, OTHER]), max_size=12))
def test_what_differs_is_what_a_dictionary_says(
    told: dict[int, bytes], later: dict[int, bytes], live: dict[int, bytes]
) -> None:
    digests = of(told)
    digests.follow(of(later))
    expected = told | later

    wrong = {
        f"commit:{number}"
        for number in expected.keys() | live.keys()
        if live.get(number, NOTHING) != expected.get(number, NOTHING)
        and not (expected.get(number) == REMOVED and number not in live)
    }
    assert set(digests.unlike(of(live))) == wrong


def test_models_and_keys_are_kept_apart() -> None:
    told = of({1: ONE})

    assert list(told.unlike(of({1: ONE}, "approval"))) == ["approval:1", "commit:1"]


def test_key_that_is_no_number_is_never_the_same_as_one() -> None:
    told = Digests()
    for key in ("007", "²", "٢", "x", "-1"):
        told.put_named(f"commit:{key}", ONE)

    assert set(told.unlike(of({7: ONE, 2: ONE}))) == {
        *("commit:007", "commit:²", "commit:٢", "commit:x", "commit:-1"),
        *("commit:2", "commit:7"),
    }


def test_number_far_away_takes_one_page() -> None:
    told = of({2**62: ONE, 1: ONE})

    assert len(told.pages) == 2


@given(st.sets(NUMBERS), st.booleans())
def test_many_at_once_are_as_one_by_one(numbers: set[int], is_run: bool) -> None:
    ordered = list(range(1, len(numbers) * 90)) if is_run else sorted(numbers)
    digests = [number.to_bytes(32) for number in ordered]
    at_once = Digests()
    at_once.put_all("commit", ordered, digests)

    assert at_once.pages == of(dict(zip(ordered, digests, strict=True))).pages
