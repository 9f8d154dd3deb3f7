export default {
  name: 'lines',
  kind: 'line',
  summary: 'Says how many lines',
  options: [{ name: 'of', value: 'N', help: 'How many' }],
  run({ args, say }) {
    const count = Number(args.get('of') ?? 1);
    if (Number.isNaN(count)) throw new TypeError(`${args.get('of')} is no number`);
    say(`${count} lines`);
  }
};
