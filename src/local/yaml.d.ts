/** A file of YAML as text: `scripts/bundle.mjs` and jest load it so. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
