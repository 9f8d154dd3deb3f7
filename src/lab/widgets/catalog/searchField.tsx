import * as React from 'react';

/** Properties of {@link SearchField}. */
export interface ISearchFieldProps {
  value: string;
  onChange: (text: string) => void;
  /** What is searched; also shown while it is empty. */
  label: string;
  placeholder?: string;
  /** Arrow down: go to what was found. */
  onDown?: () => void;
  /** Id of the list that it is for. */
  controls?: string;
  hook: string;
}

/** Where one types what is looked for: Escape empties it, the arrow key leads to what was found. */
export const SearchField = React.forwardRef<HTMLInputElement, ISearchFieldProps>((props, ref) => {
  const { value, onChange, onDown } = props;
  return (
    <input
      ref={ref}
      className="jp-mod-styled"
      type="search"
      data-emr={props.hook}
      aria-label={props.label}
      aria-controls={props.controls}
      placeholder={props.placeholder ?? props.label}
      value={value}
      onChange={event => onChange(event.target.value)}
      onKeyDown={event => {
        if (event.key === 'ArrowDown' && onDown) {
          onDown();
          event.preventDefault();
        } else if (event.key === 'Escape' && value !== '') {
          onChange('');
          event.stopPropagation();
        }
      }}
    />
  );
});
SearchField.displayName = 'SearchField';
