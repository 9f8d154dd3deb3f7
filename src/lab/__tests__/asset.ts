/** What a CSS or SVG import is in jest. */
export default '';
