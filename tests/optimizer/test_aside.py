"""Objects set aside are left out of garbage collection, and only for as long as that was asked for."""

import gc

from fundalign.optimizer.aside import set_aside


def test_what_is_there_is_set_aside_and_comes_back() -> None:
    with set_aside():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_what_others_set_aside_is_left_alone() -> None:
    gc.freeze()
    try:
        with set_aside():
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
