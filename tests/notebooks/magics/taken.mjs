export default { name: 'sql', kind: 'cell', run() {} };
