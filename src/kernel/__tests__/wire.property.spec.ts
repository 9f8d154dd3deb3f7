import fc from 'fast-check';

import { toCodePoints, toUtf16 } from '../codePoints';
import { Wire, WireError } from '../wire';

const KEY = 'a0436f6c-1916-498b-8eb9-e81ab9368e84';

/** Any JSON object, with any text in it: lone surrogates, control characters, `__proto__`. */
const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), {
  maxKeys: 6
}) as fc.Arbitrary<Record<string, never>>;
const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array));
const notDelimiter = bytes.filter(frame => !frame.equals(Buffer.from('<IDS|MSG>')));
const content = fc.record({
  type: fc.string({ minLength: 1 }),
  content: object,
  parent: object,
  metadata: object,
  identities: fc.array(notDelimiter, { maxLength: 3 }),
  buffers: fc.array(bytes, { maxLength: 3 })
});

type Made = typeof content extends fc.Arbitrary<infer T> ? T : never;

function frames(wire: Wire, { type, content: body, parent, ...rest }: Made): Buffer[] {
  return wire.serialize(wire.create(type, body, parent, rest));
}

describe('Wire', () => {
  test('what is serialized is parsed to the same', () => {
    fc.assert(
      fc.property(content, made => {
        const { type, content: body, parent, metadata, identities, buffers } = made;
        const message = new Wire(KEY).create(type, body, parent, { metadata, identities, buffers });
        const read = new Wire(KEY).parse(new Wire(KEY).serialize(message));
        // As JSON is: -0 is 0, and the order of members stays.
        expect(JSON.stringify(read)).toBe(JSON.stringify(message));
        expect(read.buffers.map(String)).toEqual(buffers.map(String));
      }),
      { numRuns: 300 }
    );
  });

  test('one changed, lost, added or moved byte of what is signed is refused', () => {
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 0, max: 4 }),
        fc.oneof(fc.constant(0), fc.nat()),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'drop', 'insert', 'empty'),
        (made, frame, place, by, how) => {
          const all = frames(new Wire(KEY), made);
          const index = made.identities.length + 1 + frame;
          const good = all[index] ?? Buffer.alloc(0);
          // The first places are the last ones, too: what stands behind the end counts.
          const length = good.length + (how === 'insert' ? 1 : 0);
          const at = length - 1 - (place % length);
          const bad = Buffer.from(good);
          bad[at] = (bad[at] ?? 0) ^ by;
          const tampered = {
            change: bad,
            drop: Buffer.concat([good.subarray(0, at), good.subarray(at + 1)]),
            insert: Buffer.concat([good.subarray(0, at), Buffer.from([by]), good.subarray(at)]),
            empty: Buffer.alloc(0)
          }[how];
          // A signature is hexadecimal: its letters may be of either case.
          fc.pre(frame !== 0 || tampered.toString('latin1').toLowerCase() !== good.toString('latin1'));
          all[index] = tampered;
          expect(() => new Wire(KEY).parse(all)).toThrow(WireError);
        }
      ),
      { numRuns: 500 }
    );
  });

  test('any frames are a message or a WireError', () => {
    const frame = fc.oneof(
      bytes,
      fc.constant(Buffer.from('<IDS|MSG>')),
      fc.json().map(text => Buffer.from(text)),
      fc
        .constantFrom('{}', '[]', 'null', '1', '{"msg_id":1,"msg_type":2}', '{"msg_id":"a","msg_type":"b"}')
        .map(text => Buffer.from(text))
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 10 }), fc.boolean(), (list, signed) => {
        try {
          const message = new Wire(signed ? KEY : '').parse(list);
          expect(signed).toBe(false);
          expect(typeof message.header.msg_type).toBe('string');
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }),
      { numRuns: 2000 }
    );
  });
});

describe('code points', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());

  test('an offset comes back from its number of code points', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 40 }), (code, position) => {
        const length = [...code].length;
        const offset = toUtf16(code, position);
        expect(toCodePoints(code, offset)).toBe(Math.min(position, length));
        expect([...code].slice(0, position).join('')).toBe(code.slice(0, offset));
      }),
      { numRuns: 1000 }
    );
  });

  test('every offset, also beyond the ends and no number, is a place in the text', () => {
    fc.assert(
      fc.property(text, fc.oneof(fc.integer(), fc.double()), (code, position) => {
        const offset = toUtf16(code, position);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(code.length);
      }),
      { numRuns: 500 }
    );
  });
});
