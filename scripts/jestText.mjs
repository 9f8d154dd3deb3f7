// A file as a text, as esbuild's loader "text" gives it.
export default {
  process: text => ({ code: `module.exports = ${JSON.stringify(text)};` })
};
