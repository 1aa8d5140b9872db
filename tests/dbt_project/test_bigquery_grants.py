"""Provisioning's statements are GoogleSQL by Google's analyzer; here, as it compiles for long."""

import re
import shlex

import pytest
from zetasql.api import Analyzer, CatalogBuilder
from zetasql.core.exceptions import ServerError
from zetasql.types import ResolvedGrantStmt

from esynapse.provision.gcloud import gcloud_script
from esynapse.provision.resources import dataset_names, pipeline_account
from esynapse.settings import Settings
from tests.dbt_project.googlesql import analyzer_options

pytestmark = pytest.mark.slow


def test_a_grant_on_a_dataset_is_understood_as_one() -> None:
    settings = Settings(target="bigquery", project="shop-1", _env_file=None)
    script = gcloud_script(settings).replace("\\\n", " ")
    statements = [shlex.split(line)[-1] for line in script.splitlines() if "GRANT" in line]
    assert len(statements) == len(dataset_names(settings))
    analyzer = Analyzer(analyzer_options(), CatalogBuilder("google").build())
    for statement, dataset in zip(statements, dataset_names(settings), strict=True):
        grant = analyzer.analyze_statement(statement)
        assert isinstance(grant, ResolvedGrantStmt)
        assert [privilege.action_type for privilege in grant.privilege_list] == [
            "roles/bigquery.dataEditor"
        ]
        assert (grant.object_type_list, ".".join(grant.name_path)) == (["SCHEMA"], dataset)
        assert re.search(rf'TO "serviceAccount:{pipeline_account(settings)}"$', statement)


def test_the_analyzer_tells_a_grant_that_is_none() -> None:
    analyzer = Analyzer(analyzer_options(), CatalogBuilder("google").build())
    with pytest.raises(ServerError, match="Syntax error"):
        analyzer.analyze_statement('GRANT `roles/bigquery.dataEditor` ON SCHEMA d FOR "user:u"')
