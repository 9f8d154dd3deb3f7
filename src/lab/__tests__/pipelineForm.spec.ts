import { errorTree, formSchema, fromForm, partOf, toForm } from '../model/pipelineForm';

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.org/x',
  type: 'object',
  required: ['name', 'caps', 'artifacts'],
  properties: {
    name: { type: 'string' },
    artifacts: { type: 'string' },
    inputs: { type: 'array', items: { $ref: '#/$defs/data' } },
    outputs: { type: 'array', items: { $ref: '#/$defs/data' } },
    caps: { $ref: '#/$defs/size', description: 'the most' },
    sparkConf: {
      type: 'object',
      propertyNames: { pattern: '^[a-z]' },
      additionalProperties: { type: ['string', 'number', 'boolean'] }
    }
  },
  $defs: {
    size: { type: 'object', properties: { vcpu: { type: 'integer' } } },
    data: { anyOf: [{ type: 'string' }, { type: 'object', properties: { s3: { type: 'string' } } }] }
  }
};

it('makes of the schema what a form has fields for, and leaves lists with objects to the file', () => {
  const { schema, inFile } = formSchema(SCHEMA, { inputs: ['s3://a/'], outputs: [{ lfTags: { team: ['x'] } }] });
  expect(inFile).toEqual(['outputs']);
  expect(schema).toEqual({
    type: 'object',
    required: ['name', 'caps', 'artifacts'],
    properties: {
      name: { type: 'string' },
      artifacts: { type: 'string' },
      inputs: { type: 'array', items: { type: 'string' } },
      caps: { type: 'object', description: 'the most', properties: { vcpu: { type: 'integer' } } },
      sparkConf: { type: 'object', additionalProperties: { type: 'string' } }
    }
  });
  expect(Object.keys(partOf(schema, true)['properties'] as object)).toEqual(['name', 'inputs', 'caps']);
  expect(partOf(schema, false)).toMatchObject({ required: ['artifacts'], properties: { sparkConf: {} } });
});

it('brings values there and back without a change, whatever they are', () => {
  const values = {
    name: 'x',
    inputs: ['s3://a/'],
    outputs: [{ lfTags: { team: ['x'] } }],
    caps: { vcpu: 4 },
    sparkConf: { 'spark.a': 3, 'spark.b': true, 'spark.c': '3' },
    tags: {}
  };
  const { schema } = formSchema(SCHEMA, values);
  const shown = toForm(values, schema);
  expect(shown).toMatchObject({ sparkConf: { 'spark.a': '3', 'spark.b': 'true' }, caps: { vcpu: 4 } });
  expect(fromForm(shown, values)).toEqual(values);
  expect(
    fromForm(
      { ...(shown as object), sparkConf: { 'spark.a': '4' }, schedule: { expression: '' }, inputs: ['', 'b'] },
      values
    )
  ).toEqual({ ...values, sparkConf: { 'spark.a': '4' }, inputs: ['b'] });
});

it('puts errors at their fields', () => {
  const at = (field: string | undefined, severity: 'error' | 'warning' = 'error') => ({
    severity,
    subject: 'pipeline' as const,
    message: 'Wrong.',
    fix: 'Mend it.',
    ...(field === undefined ? {} : { field })
  });
  expect(
    errorTree([at('caps.vcpu'), at('caps'), at('arguments[0].default'), at(undefined), at('name', 'warning')])
  ).toEqual({
    caps: { __errors: ['Wrong. Mend it.'], vcpu: { __errors: ['Wrong. Mend it.'] } },
    arguments: { 0: { default: { __errors: ['Wrong. Mend it.'] } } }
  });
});
