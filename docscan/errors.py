"""Everything that can go wrong, as sentences with a way out.

The tree, with the exit code of each branch::

    DocscanError             1
      DefinitionError        3   a file the archivist wrote is wrong
        PipelineError
        SchemaError
        ConfigError
        ActaError
      AccessionError         4   what arrived cannot be taken in
        UnsupportedMediaError
        UnreadableDocumentError
        EncryptedDocumentError
        LimitExceededError
        IncompleteDocumentError
      OcrError               5   the engine is missing or failed
        EngineMissingError
        LanguageMissingError
        EngineFailedError
      ArchiveError           6   the archive cannot do what was asked
        NotFoundError
        FixityError
        LedgerError
        AccessError
        RetentionError
        RecordChangedError
        DecisionError
        RefusedError           by rules that have a code
          BatchError
          HoldingsError
            LoanError
        SignatureError
        ArchiveBusyError    75   another run goes on, or another command holds the archive
      SearchError            7   a query that cannot be understood

They are caught in two places only: the batch loop, which puts the document
aside with its reason and goes on, and the command line, which prints the
sentence and the way out and leaves with the exit code. Anything else is a bug
and shows its traceback. Doubts about data are findings, never errors.
"""

from docscan.messages import sentence, way_out

INSISTED = ("V020", "V021", "V022")  # refusals of a value that a person may insist on


class DocscanError(Exception):
    """A sentence a person can act on.

    Attributes:
        hint: What to do about it; empty when there is nothing to add.
        exit_code: What the process leaves with when nobody catches it.
    """

    exit_code = 1

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


class DefinitionError(DocscanError):
    """A pipeline, a schema or the configuration is wrong."""

    exit_code = 3


class PipelineError(DefinitionError):
    """A file in `pipelines/` is wrong."""


class SchemaError(DefinitionError):
    """A file in `schemas/` is wrong."""


class ConfigError(DefinitionError):
    """`docscan.toml` or the surroundings are wrong."""


class ActaError(DefinitionError):
    """A list of what is handed over is wrong."""


class AccessionError(DocscanError):
    """What arrived cannot be taken in.

    Attributes:
        code: The stable code of the reason, with a sentence in every language
            in `docscan/messages/accession.toml`.
        facts: What fills the places in that sentence.
    """

    exit_code = 4

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(sentence(code, "en", **facts))
        self.code = code
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with code and facts."""
        return _accession_error, (type(self), self.code, self.facts)


def _accession_error(kind: type[AccessionError], code: str, facts: dict[str, str]) -> AccessionError:
    return kind(code, **facts)


class UnsupportedMediaError(AccessionError):
    """Not a kind of file that docscan reads."""


class UnreadableDocumentError(AccessionError):
    """The right kind of file, but damaged."""


class IncompleteDocumentError(UnreadableDocumentError):
    """Cut short: perhaps still on its way; worth another try later."""


class EncryptedDocumentError(AccessionError):
    """A password is needed to open it."""


class LimitExceededError(AccessionError):
    """Larger than the pipeline allows."""


class OcrError(DocscanError):
    """The engine is missing or failed."""

    exit_code = 5


class EngineMissingError(OcrError):
    """No engine of that name that can be started."""

    exit_code = 3


class LanguageMissingError(OcrError):
    """The engine has no model for a configured language."""

    exit_code = 3


class EngineFailedError(OcrError):
    """The engine stopped, or took too long, on a page."""


class ArchiveError(DocscanError):
    """The archive cannot do what was asked."""

    exit_code = 6


class NotFoundError(ArchiveError):
    """No such archive or record."""


class FixityError(ArchiveError):
    """Stored bytes are not what the ledger says."""


class LedgerError(ArchiveError):
    """The ledger cannot be read or continued."""


class AccessError(ArchiveError):
    """A person may not do this in this archive."""


class RetentionError(ArchiveError):
    """A record may not be destroyed, or not yet, or not by this person."""


class RecordChangedError(ArchiveError):
    """Somebody else decided on the record meanwhile."""


class DecisionError(ArchiveError):
    """A decision that cannot be taken.

    Attributes:
        code: The stable code of the reason, with a sentence in every language
            in `docscan/messages/review.toml`.
    """

    def __init__(self, code: str, language: str = "en", **facts: str) -> None:
        super().__init__(
            sentence(code, language, **facts), hint=sentence("C001" if code in INSISTED else "C000", language)
        )
        self.code = code


class RefusedError(ArchiveError):
    """The rules of the archive do not allow what was asked.

    Attributes:
        code: The stable code of the reason, with a sentence in every language
            in `docscan/messages/`; the code after it says the way out.
        facts: What fills the places in both.
    """

    def __init__(self, code: str, language: str = "en", **facts: str) -> None:
        super().__init__(sentence(code, language, **facts), hint=sentence(way_out(code), language, **facts))
        self.code = code
        self.facts = facts


class BatchError(RefusedError):
    """A batch of documents cannot be opened, counted, closed, or added to."""


class HoldingsError(RefusedError):
    """A box, an item or a person cannot be registered, changed, moved, or found."""


class LoanError(HoldingsError):
    """An item cannot be asked for, lent, prolonged, or taken back."""


class SignatureError(ArchiveError):
    """A document cannot be signed."""


class ArchiveBusyError(ArchiveError):
    """Another run goes on, or another command holds the archive."""

    exit_code = 75


class CursorError(DocscanError):
    """An answer cannot go on from the place that was named."""

    exit_code = 2


class SearchError(DocscanError):
    """A query that cannot be understood.

    Attributes:
        query: What was typed.
        position: The index of the character at which it stops making sense.
    """

    exit_code = 7

    def __init__(self, sentence: str, *, query: str, position: int, hint: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.query = query
        self.position = position

    def shown(self) -> str:
        """The query with a caret under the place."""
        return f"{self.query}\n{' ' * self.position}^"
