import { formOf, withForm } from '../formText';

const TEXT = `# Features of the day
name: features   # also the application's name
caps:
  vcpu: 16
  memoryGb: 64 # the bill's upper end
inputs:
  # raw ticks
  - s3://lake/raw/
  - lake.prices
timeLimitMinutes: 0120
`;

it('changes what differs, and nothing else', () => {
  const form = formOf(TEXT)!;
  expect(withForm(TEXT, form)).toBe(TEXT);
  const changed = withForm(TEXT, {
    ...form,
    caps: { vcpu: 16, memoryGb: 128 },
    inputs: ['s3://lake/raw/', 'lake.quotes', 'lake.splits'],
    schedule: { expression: 'rate(1 day)' }
  });
  expect(changed).toBe(
    TEXT.replace('features   #', 'features #')
      .replace('0120', '120')
      .replace('memoryGb: 64', 'memoryGb: 128')
      .replace('- lake.prices', '- lake.quotes\n  - lake.splits') + 'schedule:\n  expression: rate(1 day)\n'
  );
  expect(formOf(changed)).toMatchObject({ caps: { memoryGb: 128 }, inputs: { length: 3 } });
});

it('takes away what the form has not, and what became undefined', () => {
  const { timeLimitMinutes: _, ...form } = formOf(TEXT)!;
  const changed = withForm(TEXT, { ...form, inputs: ['s3://lake/raw/'], caps: undefined });
  expect(formOf(changed)).toEqual({ name: 'features', inputs: ['s3://lake/raw/'] });
  expect(changed).toContain('# Features of the day');
  expect(changed).toContain('# raw ticks');
});

it('quotes what would be read as something else, and writes a new file where there is none', () => {
  const form = { name: 'on', release: 'emr-7.9.0', arguments: [{ name: 'day', type: 'date', default: '2026-02-02' }] };
  expect(formOf(withForm('', form))).toEqual(form);
  expect(formOf(withForm('- a list', form))).toEqual(form);
  expect(formOf(withForm('name: [broken', form))).toEqual(form);
  expect(formOf(withForm('name: off\n', { name: '1e3' }))).toEqual({ name: '1e3' });
  expect(formOf('- a list')).toBeUndefined();
  expect(formOf('a: [')).toBeUndefined();
});
