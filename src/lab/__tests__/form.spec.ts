import { nullTranslator } from '@jupyterlab/translation';
import validator from '@rjsf/validator-ajv8';

import { errorPath, fieldErrors, nameError, readable, suggestName } from '../model/form';

const trans = nullTranslator.load('test');

const SCHEMA = {
  type: 'object' as const,
  properties: {
    parameters: {
      type: 'object' as const,
      required: ['Label', 'Count'],
      properties: {
        Label: { type: 'string' as const, pattern: '^[a-z]{3}$', minLength: 3 },
        Count: { type: 'integer' as const, minimum: 1, maximum: 10 },
        Kind: { type: 'string' as const, enum: ['a', 'b'] },
        Subnets: { type: 'array' as const, items: { type: 'string' as const, pattern: '^subnet-' } }
      }
    }
  }
};
const UI = {
  parameters: {
    Label: { 'ui:options': { constraintDescription: 'three small letters' } },
    Subnets: { 'ui:options': { constraintDescription: 'ids of subnets' } }
  }
};

/** Field to message, as the form shows it. */
function shown(parameters: Record<string, unknown>, touched: string[] = []): Record<string, string | undefined> {
  const { errors } = validator.validateFormData({ parameters }, SCHEMA, undefined, errors =>
    fieldErrors(errors, UI, new Set(touched.map(name => `parameters.${name}`)), trans)
  );
  return Object.fromEntries(errors.map(({ property, message }) => [errorPath(property).slice(1).join('.'), message]));
}

describe('errors of the form', () => {
  it("are the template's own words, once a field", () => {
    expect(shown({ Label: 'X', Count: 2 })).toEqual({ Label: 'three small letters' });
  });

  it('are in plain words where the template says nothing', () => {
    expect(shown({ Label: 'abc', Count: 40 })).toEqual({ Count: 'At most 10.' });
    expect(shown({ Label: 'abc', Count: 0 })).toEqual({ Count: 'At least 1.' });
    expect(shown({ Label: 'abc', Count: 2, Kind: 'c' })).toEqual({ Kind: 'Choose one of the values offered.' });
  });

  it('of a list item are told in the words of the list', () => {
    expect(shown({ Label: 'abc', Count: 2, Subnets: ['subnet-1', 'nope'] })).toEqual({ 'Subnets.1': 'ids of subnets' });
  });

  it('do not nag about what was not touched yet', () => {
    expect(shown({})).toEqual({});
    expect(shown({}, ['Count'])).toEqual({ Count: 'This is required.' });
    expect(shown({}, ['Label'])).toEqual({ Label: 'three small letters' });
  });

  it('are none for good values', () => {
    expect(shown({ Label: 'abc', Count: 10, Kind: 'a', Subnets: ['subnet-1'] }, ['Label', 'Count'])).toEqual({});
  });
});

describe('name of the cluster', () => {
  it.each(['a', 'A-1._x', '9'.repeat(128)])('%s is taken', name => {
    expect(nameError(name, trans)).toBeUndefined();
  });

  it.each(['', '-a', 'a b', 'ä', '9'.repeat(129)])('"%s" is not', name => {
    expect(nameError(name, trans)).toEqual(expect.any(String));
  });

  it('that is suggested is always good and says whose it is', () => {
    const product = { productId: 'p', name: 'Große EMR / „klein“ (v2)', description: '', owner: '' };
    const account = { region: '', accountId: '', arn: '', userName: 'Alice.O@example.com' };
    const name = suggestName(product, account, new Date(2026, 10, 2, 9, 5, 7));
    expect(nameError(name, trans)).toBeUndefined();
    expect(name).toBe('alice.o-gro-e-emr-klein-v2-1102-090507');
    expect(nameError(suggestName({ ...product, name: '„“' }, null, new Date()), trans)).toBeUndefined();
  });
});

it.each([
  ['IdleTimeoutSeconds', 'Idle timeout seconds'],
  ['VPCId', 'VPC ID'],
  ['LogUri', 'Log URI'],
  ['S3Bucket', 'S3 bucket'],
  ['core_nodes', 'Core nodes'],
  ['spot-share', 'Spot share'],
  ['Purpose', 'Purpose'],
  ['EMR', 'EMR'],
  ['_', '_']
])('reads %s as words', (key, words) => {
  expect(readable(key)).toBe(words);
});
