// Every error that the extension raises on purpose, read out of the source: code, hop, message, fix, and where.
// Syntax only (the TypeScript compiler's parser): an error is an object with `code`, `hop` and `message`; where these
// are parameters of the function around it (`usage(message, fix)`), its calls say them.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';

import { ROOT } from '../lib.mjs';

const SKIPPED = /^(__tests__|testing|local)$/;

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (!SKIPPED.test(entry.name)) yield* sources(join(folder, entry.name));
    } else if (/\.tsx?$/.test(entry.name) && !/\.d\.ts$/.test(entry.name)) yield join(folder, entry.name);
  }
}

const parse = file => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, child => walk(child, visit));
}

/** The function around a node, with the name that it is called by. */
function functionAround(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return { node: at, name: at.name?.getText() };
    if (ts.isArrowFunction(at) && ts.isVariableDeclaration(at.parent) && at.parent.name)
      return { node: at, name: at.parent.name.getText() };
  }
  return undefined;
}

/** What an expression may say: literal texts, a `…NAME…` where the code puts a value in. */
function texts(node) {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return texts(node.expression);
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce(
      (heads, span) =>
        heads.flatMap(head => {
          const inner = texts(span.expression);
          const all = inner.length && inner.every(text => text.length < 40) ? inner : [valueName(span.expression)];
          return all.slice(0, 2).map(value => head + value + span.literal.text);
        }),
      [node.head.text]
    );
  }
  if (ts.isIdentifier(node)) return texts(constant(node));
  // `trans.__('… %1 …', name)` of the page.
  if (ts.isCallExpression(node) && /\b__$/.test(node.expression.getText())) {
    const [said, ...values] = node.arguments;
    return texts(said).map(text =>
      text.replace(/%(\d)/g, (whole, at) => (values[at - 1] ? valueName(values[at - 1]) : whole))
    );
  }
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      const left = texts(node.left);
      const right = texts(node.right);
      return (left.length ? left : ['…']).flatMap(one => (right.length ? right : ['…']).map(other => one + other));
    }
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
      return [...texts(node.left), ...texts(node.right)];
  }
  return [];
}

/** What a constant of the same file is, where it is a text. */
function constant(name) {
  for (const statement of name.getSourceFile().statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
    for (const one of statement.declarationList.declarations)
      if (one.name.getText() === name.text && one.initializer && ts.isStringLiteralLike(one.initializer))
        return one.initializer;
  }
  return undefined;
}

/** A value in a message, by the last word of the expression: `url.hostname` is ‹hostname›. */
const valueName = node => {
  const words = node
    .getText()
    .replace(/\([^()]*\)/g, '')
    .match(/[A-Za-z]\w*/g);
  const named = (words ?? []).filter(word => !/^(slice|join|map|filter|length|trim|toFixed|String|JSON)$/.test(word));
  return `‹${named.pop() ?? 'value'}›`;
};

const property = (object, name) => object.properties.find(one => one.name?.getText() === name);
const valueOf = one => (one && ts.isPropertyAssignment(one) ? one.initializer : one?.name);

/** An object with a `fix`, also one that stands in `...(fix ? { fix } : {})`. */
function fixOf(object) {
  const direct = valueOf(property(object, 'fix'));
  if (direct) return direct;
  let found;
  for (const spread of object.properties.filter(ts.isSpreadAssignment)) {
    walk(spread, node => {
      if (ts.isObjectLiteralExpression(node)) found ??= valueOf(property(node, 'fix'));
    });
  }
  return found;
}

/**
 * @returns {{errors: {code: string, hop: string[], message: string[], fix: string[], file: string}[],
 *   open: {file: string, line: number, text: string}[]}} `open`: places whose code is known only when it runs
 */
export function collectErrors(folder = join(ROOT, 'src')) {
  const files = [...sources(folder)].map(parse);
  const calls = new Map();
  for (const file of files) {
    walk(file, node => {
      if (!ts.isCallExpression(node)) return;
      const name = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText();
      if (!calls.has(name)) calls.set(name, []);
      calls.get(name).push(node);
    });
  }
  const errors = [];
  const open = [];

  /** Expressions that a value of an error may be: itself, or what the calls of the function around it give. */
  const resolve = (value, call, parameters) => {
    if (value === undefined || !ts.isIdentifier(value)) return value;
    const at = parameters.findIndex(one => one.name.getText() === value.text);
    return at < 0 ? value : (call?.arguments[at] ?? parameters[at].initializer);
  };

  for (const file of files) {
    walk(file, node => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const [code, hop, message] = ['code', 'hop', 'message'].map(name => valueOf(property(node, name)));
      if (!code || !hop || !message) return;
      const around = functionAround(node);
      const parameters = [...(around?.node.parameters ?? [])];
      const isParameter = value =>
        value && ts.isIdentifier(value) && parameters.some(one => one.name.getText() === value.text);
      const parts = [code, hop, message, fixOf(node)];
      const sites = parts.some(isParameter) ? (calls.get(around?.name) ?? []) : [undefined];
      const own = sites.filter(call => call === undefined || isFromFile(call, file, around));
      for (const call of own.length ? own : [undefined]) {
        const [codes, hops, messages, fixes] = parts.map(value => texts(resolve(value, call, parameters)));
        const at = call ?? node;
        const source = at.getSourceFile();
        const place = {
          file: relative(ROOT, source.fileName),
          line: source.getLineAndCharacterOfPosition(at.getStart()).line + 1
        };
        if (!codes.some(one => /^[A-Z]\w+$/.test(one))) open.push({ ...place, text: code.getText() });
        for (const one of codes.filter(text => /^[A-Z]\w+$/.test(text)))
          errors.push({ code: one, hop: hops, message: messages, fix: fixes, file: place.file });
      }
    });
  }
  return { errors, open };
}

/** Whether a call means the function of that file: it stands where that is known, or the function is exported. */
function isFromFile(call, file, around) {
  if (call.getSourceFile() !== file) {
    return (
      ts.isFunctionDeclaration(around.node) &&
      around.node.modifiers?.some(one => one.kind === ts.SyntaxKind.ExportKeyword)
    );
  }
  if (!ts.isArrowFunction(around.node)) return true;
  let scope = around.node.parent;
  while (!ts.isBlock(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  return call.getStart() > scope.getStart() && call.getEnd() < scope.getEnd();
}
