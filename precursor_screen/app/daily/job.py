"""What a run of `daily` is asked for."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from precursor_screen.app.daily.out_folder import NEW, OutFolder
from precursor_screen.app.settings import Settings
from precursor_screen.core.errors import UsageError, Where


class Job(Struct, frozen=True):
    """What `daily` is to do.

    Attributes:
        inbox: the folder with the manifests.
        out: where reports go.
        settings: of the screening; with a ledger.
        formats: of the reports, suffixes without dot.
        settle: seconds for which a file must not have changed.
        keep_days: for how long reports are kept; 0: for good.
        on_change: `new`, `rescreen` or `ask`, when rules, lists or tables have changed.
        asked: whether somebody said so for this run, who is told what came of it.
        rescreen_days: how old files are at most that are screened again.
        retry: take up again what was set aside.
        update: fetch the imported lists from their publishers before anything is screened.
        verdicts: a folder with files of officers' verdicts, which are taken before anything is screened; None: there is none.
        officer: who speaks where such a file does not say.
        may_clear: the names under which flags may be cleared; empty: any.
    """

    inbox: Path
    out: OutFolder
    settings: Settings
    formats: tuple[str, ...]
    settle: float = 60.0
    keep_days: int = 0
    on_change: str = NEW
    asked: bool = False
    rescreen_days: int = 30
    retry: bool = False
    update: bool = False
    verdicts: Path | None = None
    officer: str = ""
    may_clear: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises:
        UsageError: inbox or out folder does not exist, or one holds the other.
        OutFolderError: it cannot be written to.
        """
        if not self.inbox.is_dir():
            raise UsageError("is not a folder", where=Where(str(self.inbox)), remedy="Check the path of the inbox.")
        self.out.check(self.inbox)
        if self.verdicts is None:
            return
        if not self.verdicts.is_dir():
            raise UsageError("is not a folder", where=Where(str(self.verdicts)), remedy="Check the path of daily.verdicts.")
        folder, inbox = (Path(os.path.realpath(p)) for p in (self.verdicts, self.inbox))
        if folder == inbox or inbox in folder.parents:
            problem = "is in the inbox, so that verdicts would be screened as manifests"
            raise UsageError(problem, where=Where(str(self.verdicts)), remedy="Use a folder beside the inbox.")
