import re

from storage.ids import new_id


def test_an_id_is_sixteen_lower_case_base32_characters() -> None:
    assert re.fullmatch("[a-z2-7]{16}", new_id())


def test_an_id_holds_all_eighty_bits_it_was_given() -> None:
    assert new_id(bytes) == "a" * 16
    assert new_id(lambda count: b"\xff" * count) == "7" * 16
    assert new_id() != new_id()
