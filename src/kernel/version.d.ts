/** Version of the package, set by the bundler. */
declare const __VERSION__: string;
