import fc from 'fast-check';
import MiniSearch from 'minisearch';

import { TextIndex, tokenize } from '../textIndex';

const FIELDS = [
  { name: 'name', boost: 6 },
  { name: 'columns', boost: 2 },
  { name: 'text', boost: 1 }
];
const word = fc.constantFrom('option', 'options', 'optional', 'strike', 'stroke', 'price', 'prices', 'x1', 'o', '日本');
const text = fc.array(word, { maxLength: 6 }).map(words => words.join('_'));
const documents = fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 20 });
const asked = fc.array(fc.oneof(word, fc.constantFrom('opt', 'stri', 'pr', 'optoin', 'srtike', 'zzz')), {
  minLength: 1,
  maxLength: 3
});

describe('TextIndex', () => {
  it('finds what MiniSearch finds, in its order', () => {
    fc.assert(
      fc.property(documents, asked, fc.boolean(), (texts, words, fuzzy) => {
        const boost = texts.map((_text, id) => 1 + id / 100);
        const index = new TextIndex(FIELDS, texts.length);
        texts.forEach(fields => index.add(fields.map(one => [one])));
        index.seal();
        const reference = new MiniSearch<{ id: number }>({
          fields: FIELDS.map(({ name }) => name),
          tokenize,
          processTerm: term => term,
          extractField: ({ id }, field) =>
            field === 'id' ? id : texts[id][FIELDS.findIndex(({ name }) => name === field)]
        });
        reference.addAll(texts.map((_text, id) => ({ id })));
        const expected = new Map(
          reference
            .search(words.join(' '), {
              combineWith: 'AND',
              boost: Object.fromEntries(FIELDS.map(({ name, boost: by }) => [name, by])),
              prefix: (_term, place) => place === words.length - 1,
              fuzzy: fuzzy && ((term: string) => (term.length > 3 ? 0.25 : false)),
              boostDocument: id => boost[id as number]
            })
            .map(({ id, score }) => [id as number, score])
        );
        const found = index.search({ words, fuzzy, boost });
        expect([...found].sort()).toEqual([...expected.keys()].sort());
        found.slice(1).forEach((id, place) => {
          // Sums in another order differ in their last digits.
          expect(expected.get(id) ?? NaN).toBeLessThanOrEqual((expected.get(found[place]) ?? NaN) * (1 + 1e-9));
        });
      }),
      { numRuns: 500 }
    );
  });

  it('counts no further than it can, and knows a word of a hundred letters', () => {
    const index = new TextIndex(FIELDS, 2);
    index.add([['rate'], [Array.from({ length: 70_000 }, (_item, place) => `c${place} price`).join(' ')], []]);
    index.add([['a'.repeat(100)], ['price'], []]);
    index.seal();
    const search = (words: string[]) => index.search({ words, fuzzy: false, boost: [1, 1] });
    expect(search(['price'])).toEqual([0, 1]);
    expect(search(['rate', 'c69999'])).toEqual([0]);
    expect(search(['a'.repeat(99)])).toEqual([1]);
  });
});
