import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { MimeModel } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

/** Producers write it, whoever they are: a longer text is cut. */
const MOST_CHARACTERS = 50_000;

/**
 * Markdown of a table's parameters, by JupyterLab's own renderer as untrusted: its sanitizer takes scripts, handlers and
 * frames away. Pictures are taken away here: loading one would tell its host who looks.
 */
export function Markdown({ text, rendermime }: { text: string; rendermime: IRenderMimeRegistry }): React.JSX.Element {
  const host = React.useRef<HTMLDivElement>(null);
  // A layout effect ends before its node leaves the page: a widget cannot be taken off a page that it is not on.
  React.useLayoutEffect(() => {
    const node = host.current;
    if (!node) {
      return undefined;
    }
    const renderer = rendermime.createRenderer('text/markdown');
    const model = new MimeModel({ trusted: false, data: { 'text/markdown': withoutPictures(text) } });
    // Attached by hand: React owns the node.
    Widget.attach(renderer, node);
    renderer.renderModel(model).catch(() => {
      renderer.node.textContent = text;
    });
    return () => renderer.dispose();
  }, [text, rendermime]);
  return <div ref={host} className="jp-EMR-markdown" data-emr="description" />;
}

/** Their address is left to read. */
function withoutPictures(text: string): string {
  const most = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return most
    .replace(/!\[/g, '[')
    .replace(/<\s*(img|picture|source|video|audio|image|svg|object|embed|link|style|input)\b/gi, '&lt;$1');
}
