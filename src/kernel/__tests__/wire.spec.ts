import { createHmac } from 'node:crypto';

import { Wire, WireError } from '../wire';

const KEY = 'a0436f6c-1916-498b-8eb9-e81ab9368e84';

/** A signed message made without our code, from Jupyter's documentation of the wire protocol. */
function frames({ key = KEY, header = {}, content = '{}' }: { key?: string; header?: object; content?: string } = {}) {
  const parts = [JSON.stringify({ msg_id: 'm1', msg_type: 'kernel_info_request', ...header }), '{}', '{}', content];
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return ['client', '<IDS|MSG>', key ? hmac.digest('hex') : '', ...parts].map(text => Buffer.from(text));
}

describe('Wire', () => {
  test('takes a message signed as Jupyter says', () => {
    const message = new Wire(KEY).parse(frames({ content: '{"code":"ä😀"}' }));
    expect(message.header.msg_type).toBe('kernel_info_request');
    expect(message.content).toEqual({ code: 'ä😀' });
    expect(message.identities.map(String)).toEqual(['client']);
  });

  test('what one end writes the other end reads, with buffers and identities', () => {
    const [ours, theirs] = [new Wire(KEY), new Wire(KEY)];
    const buffers = [Buffer.from([0, 255, 128]), Buffer.from('<IDS|MSG>')];
    const message = ours.create(
      'comm_msg',
      { data: 'é\ud800' },
      { msg_id: 'p' },
      { identities: [Buffer.from('x')], buffers }
    );
    const read = theirs.parse(ours.serialize(message));
    expect(read).toEqual(message);
  });

  test.each([
    ['another key', () => frames({ key: 'other' })],
    ['no signature', () => frames().map((frame, i) => (i === 2 ? Buffer.alloc(0) : frame))],
    ['half a signature', () => frames().map((frame, i) => (i === 2 ? frame.subarray(0, 32) : frame))],
    [
      'a signature with more behind it',
      () => frames().map((frame, i) => (i === 2 ? Buffer.concat([frame, Buffer.from('zz')]) : frame))
    ],
    ['a changed content', () => frames().map((frame, i) => (i === 6 ? Buffer.from('{"a":1}') : frame))]
  ])('refuses %s', (_what, make) => {
    expect(() => new Wire(KEY).parse(make())).toThrow('bad signature');
  });

  test('looks at the signature before it parses anything', () => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      expect(() => new Wire(KEY).parse(frames({ key: 'other', content: 'not JSON' }))).toThrow('bad signature');
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
  });

  test('refuses a message that it has seen, also after it has forgotten the oldest ones', () => {
    const wire = new Wire(KEY);
    wire.parse(frames());
    expect(() => wire.parse(frames())).toThrow('replayed');
    for (let i = 0; i < 17_000; i++) wire.parse(frames({ header: { msg_id: `n${i}` } }));
    expect(() => wire.parse(frames({ header: { msg_id: 'n16999' } }))).toThrow('replayed');
  });

  test('an empty key means unsigned messages', () => {
    const wire = new Wire('');
    expect(wire.parse(frames({ key: '' })).header.msg_id).toBe('m1');
    expect(wire.serialize(wire.create('status', {}, {}))[1]).toHaveLength(0);
  });

  test.each([
    ['nothing', () => []],
    ['no delimiter', () => [Buffer.from('a')]],
    ['too few frames', () => frames({ key: '' }).slice(0, 5)],
    ['a content that is no JSON', () => frames({ key: '', content: '{' })],
    ['a content that is a list', () => frames({ key: '', content: '[]' })],
    ['a content that is null', () => frames({ key: '', content: 'null' })],
    ['a header without id', () => frames({ key: '', header: { msg_id: 7 } })]
  ])('refuses %s as malformed', (_what, make) => {
    expect(() => new Wire('').parse(make())).toThrow(WireError);
  });

  test('an unknown hash fails at once', () => {
    expect(() => new Wire(KEY, 'nosuchhash')).toThrow();
  });
});
