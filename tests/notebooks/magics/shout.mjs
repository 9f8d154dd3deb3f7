export default {
  name: 'shout',
  kind: 'cell',
  summary: 'Says the value of the cell aloud',
  options: [
    { name: 'times', short: 't', value: 'N', help: 'How often' },
    { name: 'sql', help: 'The cell is SQL' }
  ],
  async run({ args, body, run, show, say }) {
    if (args.has('sql')) return show(body, 'sql');
    const { result } = await run(body);
    say(
      Array(Number(args.get('times') ?? 1))
        .fill(`${result['text/plain']}!`)
        .join(' ')
    );
  }
};
