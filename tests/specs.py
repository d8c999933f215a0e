"""Finds the platforms' published descriptions, against which contract tests check what we send and what we fake.

They are not part of the repository. Where they are absent, a contract test is skipped; with REQUIRE_SPECS=1 in the
environment, as in CI, their absence is a failure.
"""

import functools
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import GraphQLSchema, build_schema
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

SPECS = Path(__file__).resolve().parents[2] / "shared" / "specs"
_URI = "urn:xero-accounting"


def specs_dir() -> Path:
    """The folder with the descriptions; skips the test without it, or fails it under REQUIRE_SPECS=1."""
    if SPECS.is_dir():
        return SPECS
    if os.environ.get("REQUIRE_SPECS") == "1":
        pytest.fail(f"REQUIRE_SPECS=1, but the platforms' descriptions are not at {SPECS}.")
    pytest.skip(f"the platforms' descriptions are not at {SPECS}")


def shopify_schema() -> GraphQLSchema:
    """Shopify's own schema of its Admin API; to read it takes seconds."""
    return _shopify_schema(specs_dir())


def xero_answer_errors(schema: str, value: Any) -> list[str]:
    """What is wrong with an answer of Xero's by the OpenAPI description: `schema` is Invoices, Payments …"""
    return _errors(OAS30ReadValidator, schema, value)


def xero_request_errors(schema: str, value: Any) -> list[str]:
    """What is wrong with a request to Xero by the OpenAPI description."""
    return _errors(OAS30WriteValidator, schema, value)


def _errors(validator: Any, schema: str, value: Any) -> list[str]:
    registry = _xero_registry(specs_dir())
    checks = validator({"$ref": f"{_URI}#/components/schemas/{schema}"}, registry=registry)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in checks.iter_errors(value)]


def xero_properties(schema: str) -> frozenset[str]:
    """The names of a schema's properties: the description itself lets any other name pass."""
    return frozenset(_xero_description(specs_dir())["components"]["schemas"][schema]["properties"])


def xero_paths() -> frozenset[tuple[str, str]]:
    """(method, address) of every operation described; ids stand in braces."""
    operations = {"get", "put", "post", "delete"}
    paths = _xero_description(specs_dir())["paths"]
    return frozenset((method.upper(), path) for path, item in paths.items() for method in operations & item.keys())


@functools.cache
def _shopify_schema(folder: Path) -> GraphQLSchema:
    text = (folder / "shopify_admin_2026-10.graphql").read_text("utf-8")
    return build_schema(text, assume_valid=True, no_location=True)


@functools.cache
def _xero_description(folder: Path) -> Any:
    text = (folder / "xero_accounting.yaml").read_text("utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@functools.cache
def _xero_registry(folder: Path) -> Registry[Any]:
    return Registry().with_resource(_URI, DRAFT4.create_resource(_xero_description(folder)))
