//  Parses and binds queries with Microsoft's own Kusto parser, and says what they read.
//
//  Standard input: {"tables": {name: "(column: type, ...)"}, "queries": {name: text}}. Standard output, by query: its
//  "diagnostics", and a "reading" for each place where it names a table: the columns, the properties (each a list, as
//  deep as it goes) and the comparisons of those rows. A value that the query works out is null.
//  The parser's words: Microsoft's Kusto-Query-Language repository, "Using Kusto.Language".

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
//  The package is made for script tags: each file leaves a global behind, and the second needs that of the first.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { GlobalState, KustoCode, Symbols, Syntax } = globalThis.Kusto.Language;

const CONVERSIONS = new Set(["tobool", "todouble", "toint", "tolong", "toreal", "tostring"]);
const LOGIC = new Set(["and", "or"]);

const { tables, queries } = JSON.parse(readFileSync(0, "utf8"));
const known = Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(columns).WithName(name));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("logs", known));
const answers = Object.entries(queries).map(([name, text]) => [name, answer(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(answers)));

function answer(text) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const diagnostics = listed(code.GetDiagnostics()).map(
    ({ Severity, Message, Start, Length }) => `${Severity}: ${Message} [${text.slice(Start, Start + Length)}]`,
  );
  return { diagnostics, readings: readingsOf(nodesOf(code.Syntax)) };
}

function readingsOf(nodes) {
  const meanings = meaningsIn(nodes);
  const places = nodes.filter(namesTable);
  const readings = places.map((place) => ({
    table: place.ReferencedSymbol.Name,
    columns: [],
    properties: [],
    comparisons: [],
  }));
  const say = (column, part, said) => {
    const rows = rowsBefore(column, meanings);
    const holders = tablesOf(column.ReferencedSymbol);
    places.forEach((place, at) => {
      if (rows.has(place) && holders.has(place.ReferencedSymbol.Name)) readings[at][part].push(said);
    });
  };
  for (const node of nodes) {
    if (isColumn(node)) say(node, "columns", node.ReferencedSymbol.Name);
    const property = isStep(node.Parent) ? null : propertyOf(node);
    if (property) say(property.column, "properties", property.path);
    for (const { side, ...comparison } of comparisonsIn(node)) {
      const compared = comparedIn(side, meanings);
      if (compared) say(compared.column, "comparisons", { ...compared.said, ...comparison });
    }
  }
  return readings;
}

//  What the query itself gives a name to: variables, and columns that it works out.
function meaningsIn(nodes) {
  const naming = [Syntax.LetStatement, Syntax.SimpleNamedExpression];
  const named = nodes.filter((node) => naming.some((kind) => node instanceof kind));
  return new Map(named.map(({ Name, Expression }) => [Name.ReferencedSymbol, Expression]));
}

//  The places from which the rows come that are looked at where *node* stands.
function rowsBefore(node, meanings) {
  for (let [below, above] = [node, node.Parent]; above; [below, above] = [above, above.Parent]) {
    const isPiped = above instanceof Syntax.PipeExpression && above.Operator === below;
    if (isPiped) return placesIn(above.Expression, meanings);
  }
  return new Set();
}

function placesIn(expression, meanings) {
  const found = nodesOf(expression).flatMap((node) => {
    if (namesTable(node)) return [node];
    const meaning = node instanceof Syntax.NameReference && meanings.get(node.ReferencedSymbol);
    return meaning ? [...placesIn(meaning, meanings)] : [];
  });
  return new Set(found);
}

function comparisonsIn(node) {
  if (node instanceof Syntax.InExpression) {
    return [{ side: node.Left, operator: node.Operator.Text, values: elements(node.Right).map(constant) }];
  }
  if (!(node instanceof Syntax.BinaryExpression)) return [];
  const { Left, Operator, Right, ResultType } = node;
  if (ResultType?.Name !== "bool" || LOGIC.has(Operator.Text)) return [];
  return [
    { side: Left, operator: Operator.Text, values: [constant(Right)] },
    { side: Right, operator: Operator.Text, values: [constant(Left)] },
  ];
}

//  The column or property that *side* stands for, through conversions and the names that the query gave it.
function comparedIn(side, meanings) {
  if (side instanceof Syntax.ParenthesizedExpression) return comparedIn(side.Expression, meanings);
  if (side instanceof Syntax.FunctionCallExpression && CONVERSIONS.has(side.Name.SimpleName)) {
    const compared = comparedIn(elements(side.ArgumentList)[0], meanings);
    return compared && { ...compared, said: { ...compared.said, converted: true } };
  }
  const property = propertyOf(side);
  if (property) return { column: property.column, said: { property: property.path, converted: false } };
  if (isColumn(side)) return { column: side, said: { column: side.ReferencedSymbol.Name, converted: false } };
  const meaning = side instanceof Syntax.NameReference && meanings.get(side.ReferencedSymbol);
  return meaning ? comparedIn(meaning, meanings) : null;
}

function propertyOf(node) {
  if (!isStep(node)) return null;
  const name = node instanceof Syntax.PathExpression ? node.Selector.SimpleName : constant(node.Selector.Expression);
  if (isColumn(node.Expression)) return { column: node.Expression, path: [name] };
  const above = propertyOf(node.Expression);
  return above && { ...above, path: [...above.path, name] };
}

function isStep(node) {
  return node instanceof Syntax.PathExpression || node instanceof Syntax.ElementExpression;
}

function isColumn(node) {
  const symbol = node instanceof Syntax.NameReference && node.ReferencedSymbol;
  return symbol instanceof Symbols.ColumnSymbol && tablesOf(symbol).size > 0;
}

function namesTable(node) {
  return node instanceof Syntax.NameReference && known.includes(node.ReferencedSymbol);
}

//  The tables that a column is of: several behind a union, none where the query made it.
function tablesOf(column) {
  const table = globals.GetTable(column);
  if (table) return new Set([table.Name]);
  return new Set(listed(column.OriginalColumns).flatMap((original) => [...tablesOf(original)]));
}

function constant(node) {
  if (!node.IsConstant || node.ConstantValue === null) return null;
  const value = node.ConstantValue.v ?? node.ConstantValue;
  return typeof value === "object" ? Number(String(value)) : value;
}

function nodesOf(root) {
  const nodes = [];
  Syntax.SyntaxElement.WalkNodes(root, (node) => nodes.push(node));
  return nodes;
}

function listed(list) {
  return Array.from({ length: list?.Count ?? 0 }, (_, at) => list.getItem(at));
}

function elements(list) {
  return listed(list.Expressions).map((separated) => separated.Element$1);
}
