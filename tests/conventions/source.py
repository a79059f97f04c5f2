"""The source of the package as syntax trees: what the conventions are checked against."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from dev.paths import PACKAGE, ROOT

NAME = PACKAGE.name


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name, and where it stands."""

    module: str
    line: int
    # Whether it runs only when a function is called.
    local: bool


class Module:
    """One Python file of the project."""

    def __init__(self, path: Path):
        self.path = path
        self.relative = str(path.relative_to(ROOT))
        self.text = path.read_text()
        parts = path.relative_to(ROOT).with_suffix('').parts
        self.is_package = parts[-1] == '__init__'
        self.name = '.'.join(parts[:-1] if self.is_package else parts)
        # 'ddl' of netbox_custom_objects.ddl.diff, 'signals' of netbox_custom_objects.signals, '' of the package itself.
        self.room = self.name.split('.')[1] if '.' in self.name else ''

    def __repr__(self):
        return self.relative

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imports(self) -> Iterator[Import]:
        """Yield what the module imports; type-checking blocks and function bodies included."""
        for node, local in _with_locality(self.tree, False):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, node.lineno, local)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                # `from ..ddl import locks` names a module, `from ..ddl.locks import holders` does not.
                for alias in node.names:
                    name = f'{base}.{alias.name}'
                    yield Import(name if is_module(name) else base, node.lineno, local)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module
        parts = self.name.split('.')
        drop = node.level - 1 if self.is_package else node.level
        return '.'.join([*parts[: len(parts) - drop], *filter(None, [node.module])])

    def functions(self) -> Iterator[tuple[str, int]]:
        """Yield (name, number of lines) of every function and method, decorators included."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                yield node.name, node.end_lineno - first + 1

    def strings(self) -> Iterator[tuple[str, int]]:
        """Yield (text, line) of every string that is no docstring; the constant parts of f-strings as well."""
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.value, node.lineno

    def names(self) -> Iterator[tuple[str, int]]:
        """Yield (identifier, line) of every name and attribute that is used."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.id, node.lineno
            elif isinstance(node, ast.Attribute):
                yield node.attr, node.lineno


@cache
def is_module(name: str) -> bool:
    """Whether a full name is that of a module or package of the project."""
    path = ROOT.joinpath(*name.split('.'))
    return path.with_suffix('.py').is_file() or (path / '__init__.py').is_file()


def _with_locality(node: ast.AST, local: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        yield child, local
        inside = local or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        yield from _with_locality(child, inside)


@cache
def modules(*directories: str) -> tuple[Module, ...]:
    """Return the modules below some directories of the project; by default those of the package."""
    paths = [path for name in directories or [NAME] for path in sorted((ROOT / name).rglob('*.py'))]
    return tuple(Module(path) for path in paths)
