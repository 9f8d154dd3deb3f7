/** What a CSS or SVG import is in jest: an icon without a drawing would be JupyterLab's "bad icon". */
export default '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
