import * as React from 'react';

/** Rows drawn beyond what is seen, so that scrolling shows none that is empty. */
const BEYOND = 6;
/** Where there is no layout yet. */
const UNKNOWN_HEIGHT = 600;

/** Properties of {@link VirtualList}. */
export interface IVirtualListProps {
  count: number;
  /** What the list is of: another one is shown from its beginning. */
  of?: string;
  /** Height of each row in pixels. */
  row: number;
  /** Place of the row that the keyboard is on. */
  active: number;
  onActive: (place: number) => void;
  /** Enter on the active row. */
  onOpen?: (place: number) => void;
  /** Told which rows are drawn. */
  onRange?: (first: number, last: number) => void;
  render: (place: number) => React.ReactNode;
  label: string;
  hook: string;
  id: string;
  className?: string;
}

/**
 * A list box that draws only the rows that are seen: ten thousand cost as much as thirty. Arrow keys, Page Up and Down,
 * Home and End move along it; the focus stays on the list (`aria-activedescendant`).
 */
export function VirtualList(props: IVirtualListProps): React.JSX.Element {
  const { count, row, active, id } = props;
  const box = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [height, setHeight] = React.useState(UNKNOWN_HEIGHT);
  React.useEffect(() => {
    if (!box.current || typeof ResizeObserver === 'undefined') {
      return undefined;
    }
    const observer = new ResizeObserver(entries => setHeight(entries[0].contentRect.height || UNKNOWN_HEIGHT));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  // What was scrolled to may not be there any more.
  const scrolled = Math.min(top, Math.max(0, count * row - height));
  const first = Math.max(0, Math.floor(scrolled / row) - BEYOND);
  const last = Math.min(count - 1, Math.ceil((scrolled + height) / row) + BEYOND);
  const { onRange } = props;
  React.useEffect(() => {
    if (last >= first) {
      onRange?.(first, last);
    }
  });
  React.useLayoutEffect(() => {
    const node = box.current;
    if (!node || active < 0) {
      return;
    }
    if (active * row < node.scrollTop) {
      node.scrollTop = active * row;
    } else if ((active + 1) * row > node.scrollTop + node.clientHeight) {
      node.scrollTop = (active + 1) * row - node.clientHeight;
    }
  }, [active, row]);
  React.useLayoutEffect(() => {
    if (box.current) {
      box.current.scrollTop = 0;
    }
    setTop(0);
  }, [props.of]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / row) - 1);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1
    };
    if (event.target !== box.current || count === 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in moves) {
      props.onActive(Math.min(count - 1, Math.max(0, moves[event.key])));
    } else if (event.key === 'Enter' && active >= 0) {
      props.onOpen?.(active);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      id={id}
      className={`jp-EMR-virtual ${props.className ?? ''}`}
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      {...(active >= first && active <= last ? { 'aria-activedescendant': `${id}-${active}` } : {})}
      data-emr={props.hook}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div className="jp-EMR-virtual-all" role="presentation" style={{ height: count * row }}>
        {Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).map(place => (
          <div
            key={place}
            id={`${id}-${place}`}
            className="jp-EMR-virtual-row"
            role="option"
            aria-selected={place === active}
            aria-setsize={count}
            aria-posinset={place + 1}
            style={{ top: place * row, height: row }}
            onClick={() => {
              props.onActive(place);
              props.onOpen?.(place);
            }}
          >
            {props.render(place)}
          </div>
        ))}
      </div>
    </div>
  );
}
