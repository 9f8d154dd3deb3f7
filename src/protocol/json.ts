/** A value that survives JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export interface IJsonObject {
  [key: string]: Json;
}

/** MIME type to content, as Jupyter's display messages carry it. */
export interface IMimeBundle {
  [mimeType: string]: Json;
}
