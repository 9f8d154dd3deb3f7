import { completeR, completionCode } from '../r';
import { deadline, remoteOf } from '../remote';
import { fakeSession } from './fakeSession';

/** What R prints for a line, as `utils` completes it. */
const R: Record<string, string> = {
  'x <- pri': 'pri\nprint\nprintCoefmat\n',
  frame$na: 'frame$na\nframe$name\n',
  '"ä😀"; le': 'le\nlength\nlevels\n'
};

function session() {
  return fakeSession((code, kind) => {
    expect(kind).toBe('sparkr');
    const line = Object.keys(R).find(known => code === completionCode(known));
    return line === undefined ? '\n' : R[line];
  });
}

describe('completion of R', () => {
  it.each([
    ['x <- pri', ['print', 'printCoefmat'], 5],
    ['y <- 1\nx <- pri', ['print', 'printCoefmat'], 12],
    ['frame$na', ['frame$name'], 0],
    ['"ä😀"; le', ['length', 'levels'], 7]
  ])('%j', async (code, matches, cursorStart) => {
    const { session: fake } = session();
    const found = await completeR(remoteOf(fake), code, code.length, deadline(5000));
    expect(found).toMatchObject({ matches, cursorStart, cursorEnd: code.length });
  });

  it.each(['', 'x <- ', 'f(', `${'x'.repeat(3000)}`])('asks nothing behind %j', async code => {
    const { session: fake, asked } = session();
    const found = await completeR(remoteOf(fake), code, code.length, deadline(5000));
    expect(found.matches).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('takes nothing for a word that R did not mean', async () => {
    const fake = fakeSession(() => 'other\notherwise\n');
    expect((await completeR(remoteOf(fake.session), 'pri', 3, deadline(5000))).matches).toEqual([]);
    const dead = fakeSession(() => undefined);
    expect((await completeR(remoteOf(dead.session), 'pri', 3, deadline(5000))).matches).toEqual([]);
  });
});
