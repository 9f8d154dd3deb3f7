/**
 * Words and the tables that they are in. The vocabulary (prefixes, misspelt words) is MiniSearch's radix tree, the
 * scores are those of MiniSearch 7 (BM25+ by field, a share for a word that is only begun). The postings are our own:
 * plain numbers, because MiniSearch makes several objects for each table and word, of which frequent words have
 * hundreds of thousands, and a key press has milliseconds.
 */
import SearchableMap from 'minisearch/SearchableMap';

/** Parameters of BM25+, MiniSearch's. */
const BM25 = { k: 1.2, b: 0.7, d: 0.5 };
/** What a word counts for that is only begun, or only similar. */
const WEIGHT = { prefix: 0.375, fuzzy: 0.45 };
/** Of a word's letters so many may be wrong, from so many letters on. */
const FUZZY = { share: 0.25, letters: 4, most: 6 };
/** A posting is a document's id, and in its lowest bits how often the word is there. */
const BITS = 8;
const MOST = (1 << BITS) - 1;
/** Texts whose words are kept while tables are added: names and comments of columns recur. */
const MAX_KNOWN = 100_000;

/** Postings of a word by field, in the order of the ids. */
type Postings = number[][];

/** A field and what a word in it counts for. */
export interface ITextField {
  name: string;
  boost: number;
}

/** What is looked up. */
export interface ILookUp {
  /** Each has to be in the table; the last may be unfinished. */
  words: readonly string[];
  /** Words may be misspelt. */
  fuzzy: boolean;
  /** Only in these fields. */
  fields?: readonly string[];
  /** What a table counts for, whatever is asked; by id. */
  boost: ArrayLike<number>;
}

/** Words of a name or a text: `strikePrice`, `strike_price` and `Strike price` are the same two. */
export function tokenize(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(token => token !== '' && token.length <= 100)
    .map(token => token.toLowerCase());
}

/** An index of texts; documents are known by their place. */
export class TextIndex {
  private readonly tree = new SearchableMap<Postings>();
  private readonly words = new Map<string, Postings>();
  /** Postings of the words of a text, while documents are added. */
  private known = new Map<string, Postings[]>();
  /** Different words by field and document. */
  private readonly lengths: Uint16Array[];
  private readonly totals: number[];
  private count = 0;

  constructor(
    private readonly fields: readonly ITextField[],
    size: number
  ) {
    this.lengths = fields.map(() => new Uint16Array(size));
    this.totals = fields.map(() => 0);
  }

  /** Add the next document: for each field its texts. */
  add(texts: readonly (readonly string[])[]): void {
    const id = this.count++;
    texts.forEach((ofField, field) => {
      let different = 0;
      for (const text of ofField) {
        for (const postings of this.postingsOf(text)) {
          const list = postings[field];
          const last = list.length - 1;
          if (last >= 0 && list[last] >>> BITS === id) {
            list[last] += (list[last] & MOST) < MOST ? 1 : 0;
          } else {
            list.push((id << BITS) | 1);
            different++;
          }
        }
      }
      this.lengths[field][id] = Math.min(different, 65_535);
      this.totals[field] += different;
    });
  }

  /** All were added: what only that needed is let go. */
  seal(): void {
    this.known = new Map();
  }

  /** Ids of the documents that all words are in, best first. */
  search(asked: ILookUp): number[] {
    const { words } = asked;
    const scores = new Float64Array(this.count);
    // How many of the words, from the first on, a document has.
    const reached = new Uint16Array(this.count);
    let found: number[] = [];
    words.forEach((word, place) => {
      found = [];
      for (const [, postings, weight] of this.alike(word, place === words.length - 1, asked.fuzzy)) {
        this.score(postings, weight, place, asked, scores, reached, found);
      }
    });
    return found.sort((a, b) => scores[b] - scores[a] || a - b);
  }

  /** Words that there are for these, with mistakes; the last may be unfinished. */
  similar(words: readonly string[]): Set<string> {
    return new Set(
      words.flatMap((word, place) => [...this.alike(word, place === words.length - 1, true)].map(([term]) => term))
    );
  }

  /** The word itself, and those that it may stand for, with their weight. */
  private *alike(word: string, prefix: boolean, fuzzy: boolean): Generator<[string, Postings, number]> {
    const exact = this.words.get(word);
    if (exact) {
      yield [word, exact, 1];
    }
    if (prefix) {
      for (const [term, postings] of this.tree.atPrefix(word)) {
        const more = term.length - word.length;
        if (more > 0) {
          yield [term, postings, (WEIGHT.prefix * term.length) / (term.length + 0.3 * more)];
        }
      }
    }
    const wrong = Math.min(FUZZY.most, Math.round(word.length * FUZZY.share));
    if (fuzzy && word.length >= FUZZY.letters && wrong > 0) {
      for (const [term, [postings, distance]] of this.tree.fuzzyGet(word, wrong)) {
        if (distance > 0 && !(prefix && term.startsWith(word))) {
          yield [term, postings, (WEIGHT.fuzzy * term.length) / (term.length + distance)];
        }
      }
    }
  }

  private score(
    postings: Postings,
    weight: number,
    place: number,
    { fields, boost }: ILookUp,
    scores: Float64Array,
    reached: Uint16Array,
    found: number[]
  ): void {
    const { k, b, d } = BM25;
    for (const [field, { name, boost: byField }] of this.fields.entries()) {
      const list = postings[field];
      if (list.length === 0 || (fields && !fields.includes(name))) {
        continue;
      }
      const lengths = this.lengths[field];
      const average = this.totals[field] / this.count;
      const rarity = Math.log(1 + (this.count - list.length + 0.5) / (list.length + 0.5)) * weight * byField;
      for (const posting of list) {
        const id = posting >>> BITS;
        if (reached[id] < place) {
          continue;
        }
        if (reached[id] === place) {
          reached[id]++;
          found.push(id);
        }
        const times = posting & MOST;
        const relative = k * (1 - b + (b * lengths[id]) / average);
        scores[id] += rarity * boost[id] * (d + (times * (k + 1)) / (times + relative));
      }
    }
  }

  private postingsOf(text: string): Postings[] {
    const before = this.known.get(text);
    if (before) {
      return before;
    }
    const made = tokenize(text).map(word => {
      let postings = this.words.get(word);
      if (!postings) {
        postings = this.fields.map(() => []);
        this.words.set(word, postings);
        this.tree.set(word, postings);
      }
      return postings;
    });
    if (this.known.size < MAX_KNOWN) {
      this.known.set(text, made);
    }
    return made;
  }
}
