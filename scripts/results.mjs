// What the runners of `npm test` wrote about their tests: how many, and why which of them failed.
import { existsSync, readFileSync } from 'node:fs';

/** Of one test's error: what is seen of it in the summary; its whole text stands in the runner's own output. */
const LINES = 14;

/**
 * @typedef {object} Result
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 * @property {{test: string, error: string}[]} [failures] - which failed, and the beginning of why
 */

/** A runner that wrote nothing about its tests. @returns {Result} */
const nothing = why => ({ passed: 0, failed: 1, failures: [{ test: 'did not run', error: why }] });

/** jest's JSON. @returns {Result} */
export function ofJest(file, code) {
  if (!existsSync(file)) return nothing(`jest ended with exit code ${code}`);
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, testResults } = read(file);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter(one => one.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [{ test: name, error: begin(message) }];
    return failed.map(one => ({ test: `${name} › ${one.fullName}`, error: begin(one.failureMessages.join('\n')) }));
  });
  const failed = Math.max(numFailedTests, numFailedTestSuites);
  return { passed: numPassedTests, failed: failed || (code ? 1 : 0), skipped: numPendingTests, failures };
}

/** pytest's JUnit XML. @returns {Result} */
export function ofPytest(file, code) {
  if (!existsSync(file)) return nothing(`pytest ended with exit code ${code}`);
  const text = readFileSync(file, 'utf8');
  const head = /<testsuite [^>]*>/.exec(text)?.[0] ?? '';
  const count = name => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failures = [];
  for (const [, attributes, inner] of text.matchAll(/<testcase ([^>]*[^/])>([\s\S]*?)<\/testcase>/g)) {
    const found = /<(?:failure|error)(?: message="([^"]*)")?[^>]*>([\s\S]*?)<\/(?:failure|error)>/.exec(inner);
    if (!found) continue;
    const of = name => plain(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    // The last line that pytest gives is the place: "file.py:12: AssertionError".
    const place = plain(found[2]).trim().split('\n').pop();
    failures.push({ test: `${of('classname')}::${of('name')}`, error: `${begin(plain(found[1] ?? ''))}\n${place}` });
  }
  const failed = count('failures') + count('errors');
  const passed = count('tests') - failed - count('skipped');
  return { passed, failed: failed || (code ? 1 : 0), skipped: count('skipped'), failures };
}

/** Playwright's JSON. @returns {Result} */
export function ofPlaywright(file, code) {
  if (!existsSync(file)) return nothing(`Playwright ended with exit code ${code}`);
  const { stats, suites, errors } = read(file);
  const failures = errors.map(({ message }) => ({ test: 'Playwright', error: begin(message ?? '') }));
  const walk = ({ specs = [], suites: inner = [] }) => {
    for (const { file: name, line, title, ok, tests } of specs) {
      const error = tests.flatMap(({ results }) => results).flatMap(result => result.errors)[0];
      if (!ok) failures.push({ test: `${name}:${line} › ${title}`, error: begin(error?.message ?? '') });
    }
    inner.forEach(walk);
  };
  suites.forEach(walk);
  const failed = stats.unexpected + stats.flaky;
  return { passed: stats.expected, failed: failed || (code ? 1 : 0), skipped: stats.skipped, failures };
}

/** A command that passes or fails as a whole; of a failure, the end of what it said. @returns {Result} */
export function ofCommand(code, log) {
  if (code === 0) return { passed: 1, failed: 0 };
  const said = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-LINES).join('\n') : '';
  return { passed: 0, failed: 1, failures: [{ test: `exit code ${code}`, error: said }] };
}

const read = file => JSON.parse(readFileSync(file, 'utf8'));

/** A log's text as it may be shown: no colours, nothing that makes a file of it a binary one. */
// eslint-disable-next-line no-control-regex
export const readable = text => text.replace(/\u001b\[[\d;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f]/g, '');

/** The first lines of a text. */
function begin(text) {
  const lines = readable(text).trim().split('\n');
  return [...lines.slice(0, LINES), ...(lines.length > LINES ? ['…'] : [])]
    .map(line => (line.length > 300 ? `${line.slice(0, 300)}…` : line))
    .join('\n');
}

/** XML's text as it was. */
const plain = text =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);
