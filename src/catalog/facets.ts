/** What results can be narrowed to, and with how many of them each value would leave. */
import type { IFacet, LfTags } from '../protocol';
import { fits, tagSets } from './tags';
import type { IIndexedTable } from './types';

/** Facets that are no tags, in the order in which they are shown after those. */
const PLAIN = ['account', 'database', 'format'] as const;
const LABELS = { account: 'Account', database: 'Database', format: 'Format' };
const TAG = 'tag:';

/** Chosen values by facet. */
type Chosen = Record<string, string[]>;

/** Tables whose tags, with those of their columns, are the same: there are few of them, however many the tables. */
interface ITagClass {
  sets: Record<string, string>[];
  keys: string[];
  all: LfTags;
}

/** A tag class under what is chosen. */
interface IClassCount {
  isIn: boolean;
  /** Places of the values that its tables count for. */
  values: number[];
}

/** Account that a table is of; of a link its target's. */
export function producerOf(table: Pick<IIndexedTable, 'catalogId' | 'linkTo'>): string {
  return table.linkTo?.catalogId ?? table.catalogId;
}

/** Facets of all tables. */
export class FacetIndex {
  private readonly classes: ITagClass[] = [];
  private readonly classPlaces = new Map<string, number>();
  private readonly values: { facet: string; value: string }[] = [];
  private readonly valuePlaces = new Map<string, number>();
  /** By table. */
  private readonly classOf: number[] = [];
  /** By table, one after the other: places of the values of {@link PLAIN}; -1 is none. */
  private readonly plain: number[] = [];

  /** Add the next table. @returns the words of its tags */
  add(table: IIndexedTable): string[] {
    const sets = tagSets(
      table.tags,
      table.columns.map(([name]) => name)
    );
    const key = JSON.stringify(sets);
    let place = this.classPlaces.get(key);
    if (place === undefined) {
      const made = classOf(sets);
      place = this.classes.push(made) - 1;
      this.classPlaces.set(key, place);
      Object.entries(made.all).forEach(([tag, values]) => values.forEach(value => this.place(`${TAG}${tag}`, value)));
    }
    this.classOf.push(place);
    this.plain.push(
      this.place('account', producerOf(table)),
      this.place('database', table.database),
      table.format ? this.place('format', table.format) : -1
    );
    return sets.flatMap(set => Object.entries(set).flat());
  }

  /** Tags of a table and of its columns. */
  tagsOf(id: number): LfTags {
    return this.classes[this.classOf[id]].all;
  }

  /**
   * Those of the tables that fit all that is chosen (facets ANDed, values of one ORed), in their order; and with how
   * many results each value would have, the other facets kept.
   */
  narrow(ids: readonly number[], chosen: Chosen): { fitting: number[]; facets: IFacet[] } {
    const asked = Object.entries(chosen).filter(([, values]) => values.length > 0);
    const expression = Object.fromEntries(
      asked.filter(([id]) => id.startsWith(TAG)).map(([id, values]) => [id.slice(TAG.length), values])
    );
    const wanted = PLAIN.map(facet => {
      const values = asked.find(([id]) => id === facet)?.[1];
      return values && new Set(values.map(value => this.valuePlaces.get(`${facet}\n${value}`)));
    });
    const counts = new Int32Array(this.values.length);
    const byClass: IClassCount[] = [];
    const fitting = ids.filter(id => {
      const { isIn, values } = (byClass[this.classOf[id]] ??= this.count(this.classes[this.classOf[id]], expression));
      // A table that fails one facet only counts for that facet's values: choosing it as well would bring the table.
      let failing = -1;
      for (let facet = 0; facet < PLAIN.length; facet++) {
        if (wanted[facet]?.has(this.plain[id * PLAIN.length + facet]) === false) {
          if (failing >= 0) {
            return false;
          }
          failing = facet;
        }
      }
      for (let facet = 0; isIn && facet < PLAIN.length; facet++) {
        const place = this.plain[id * PLAIN.length + facet];
        if (place >= 0 && (failing < 0 || failing === facet)) {
          counts[place]++;
        }
      }
      if (failing >= 0) {
        return false;
      }
      for (const place of values) {
        counts[place]++;
      }
      return isIn;
    });
    return { fitting, facets: this.facetsOf(counts, Object.fromEntries(asked)) };
  }

  private place(facet: string, value: string): number {
    const key = `${facet}\n${value}`;
    let place = this.valuePlaces.get(key);
    if (place === undefined) {
      place = this.values.push({ facet, value }) - 1;
      this.valuePlaces.set(key, place);
    }
    return place;
  }

  /** A key's values count with the other keys kept; the same set of tags has to fit all. */
  private count({ sets, keys }: ITagClass, expression: LfTags): IClassCount {
    const values = keys.flatMap(key => {
      const others = Object.fromEntries(Object.entries(expression).filter(([other]) => other !== key));
      const found = sets.filter(set => Object.hasOwn(set, key) && fits(set, others)).map(set => set[key]);
      return [...new Set(found)].map(value => this.place(`${TAG}${key}`, value));
    });
    return { isIn: sets.some(set => fits(set, expression)), values };
  }

  private facetsOf(counts: Int32Array, chosen: Chosen): IFacet[] {
    const found = new Map<string, IFacet['values']>();
    const put = (facet: string, value: string, count: number): void => {
      const values = found.get(facet) ?? [];
      values.push({ value, count, chosen: chosen[facet]?.includes(value) ?? false });
      found.set(facet, values);
    };
    counts.forEach((count, place) => {
      if (count > 0) {
        put(this.values[place].facet, this.values[place].value, count);
      }
    });
    // What is chosen can be let go, also where nothing is left of it.
    for (const [facet, values] of Object.entries(chosen)) {
      const known = new Set(found.get(facet)?.map(({ value }) => value));
      values.filter(value => !known.has(value)).forEach(value => put(facet, value, 0));
    }
    return [...found]
      .sort(([a], [b]) => compare(orderOf(a), orderOf(b)))
      .map(([id, values]) => ({
        id,
        label: isPlain(id) ? LABELS[id] : id.slice(TAG.length),
        values: values.sort(
          (a, b) => Number(b.chosen) - Number(a.chosen) || b.count - a.count || compare(a.value, b.value)
        )
      }));
  }
}

function classOf(sets: Record<string, string>[]): ITagClass {
  const all = new Map<string, Set<string>>();
  for (const [key, value] of sets.flatMap(set => Object.entries(set))) {
    all.set(key, (all.get(key) ?? new Set()).add(value));
  }
  return {
    sets,
    keys: [...all.keys()],
    all: Object.fromEntries(
      [...all].sort(([a], [b]) => compare(a, b)).map(([key, values]) => [key, [...values].sort()])
    )
  };
}

function isPlain(facet: string): facet is (typeof PLAIN)[number] {
  return (PLAIN as readonly string[]).includes(facet);
}

/** Tags first. */
function orderOf(facet: string): string {
  return isPlain(facet) ? `1${PLAIN.indexOf(facet)}` : `0${facet}`;
}

/** By code units. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
