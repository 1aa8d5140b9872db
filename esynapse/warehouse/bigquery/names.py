"""Names of the datasets and tables on BigQuery."""

from dataclasses import dataclass

from esynapse.settings import Settings


@dataclass(frozen=True)
class Names:
    """Full names (``project.dataset``) of what a pipeline has in BigQuery."""

    project: str
    dataset: str

    @classmethod
    def of(cls, settings: Settings) -> "Names":
        return cls(settings.project, settings.dataset)

    @property
    def raw(self) -> str:
        """The dataset of the raw tables."""
        return f"{self.project}.{self.dataset}"

    @property
    def marts(self) -> str:
        """The dataset that dbt builds the marts into."""
        return f"{self.raw}_marts"

    @property
    def published(self) -> str:
        """The dataset that readers read: the marts of the last green build."""
        return f"{self.raw}_published"

    @property
    def publication(self) -> str:
        """A table of one row: when the marts were published, and the newest event in them."""
        return f"{self.published}.publication"

    def raw_table(self, name: str) -> str:
        return f"{self.raw}.{name}"
