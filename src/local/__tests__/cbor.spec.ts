import { Decoder } from 'cbor-x';

import { AwsError } from '../errors';
import { cbor } from '../protocols/cbor';
import { json11 } from '../protocols/json11';

describe('the wire', () => {
  const output = {
    Name: 'ünï',
    Count: 3,
    Big: 2 ** 40,
    Share: 0.25,
    On: true,
    Absent: undefined,
    At: new Date('2026-05-04T08:31:07.250Z'),
    List: [{ Key: 'a', Absent: undefined }, {}]
  };

  it('is CBOR that another decoder reads, with timestamps tagged', () => {
    const { body, headers } = cbor.answer(output, 'Any', 'id');
    expect(headers).toMatchObject({ 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' });
    const { Absent: _, List: __, ...rest } = output;
    expect(new Decoder({ useRecords: false }).decode(body as Buffer)).toEqual({ ...rest, List: [{ Key: 'a' }, {}] });
    // Tag 1 (0xc1) before a double (0xfb): RFC 8949's epoch time.
    expect((body as Buffer).includes(Buffer.from([0xc1, 0xfb]))).toBe(true);
  });

  it('reads what SDKs write: indefinite lengths and tagged times among it', () => {
    // {_ "List": [_ "x"], "At": 1(1700000000)}
    const body = Buffer.from('bf644c6973749f6178ff624174c11a6553f100ff', 'hex');
    expect(cbor.read(body)).toEqual({ List: ['x'], At: new Date(1_700_000_000_000) });
    expect(cbor.read(Buffer.from('a0', 'hex'))).toEqual({});
  });

  it('refuses a body that is neither', () => {
    expect(() => cbor.read(Buffer.from('ff', 'hex'))).toThrow(AwsError);
    expect(() => json11.read(Buffer.from('{'))).toThrow(AwsError);
  });

  it('is JSON with seconds since the epoch', () => {
    const { body } = json11.answer(output, 'Any', 'id');
    expect(JSON.parse(body as string)).toEqual({
      ...output,
      Absent: undefined,
      At: 1_777_883_467.25,
      List: [{ Key: 'a' }, {}]
    });
  });

  it('carries the code of an error where each SDK looks for it', () => {
    const error = new AwsError('InvalidRequestException', 'no', 400, { ErrorCode: 'X' });
    const answer = json11.refuse(error, 'id');
    expect(answer.headers['x-amzn-errortype']).toBe('InvalidRequestException');
    expect(JSON.parse(answer.body as string)).toEqual({
      __type: 'InvalidRequestException',
      message: 'no',
      Message: 'no',
      ErrorCode: 'X'
    });
  });
});
