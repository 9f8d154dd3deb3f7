import { LabIcon } from '@jupyterlab/ui-components';

// Three nodes of a cluster around a spark. `jp-icon3` takes the theme's colour.
const CLUSTER = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <g class="jp-icon3" fill="#616161">
    <circle cx="12" cy="4.2" r="2.7"/><circle cx="4.4" cy="18.2" r="2.7"/><circle cx="19.6" cy="18.2" r="2.7"/>
    <path d="M12.9 8.6l-4.6 6h2.9l-1 4.6 5.5-6.6h-3.1z"/>
    <path d="M8.6 5.3a9 9 0 0 0-5.2 8.4l1.5.1a7.500 7.500 0 0 1 4.300-7.100zM15.400 5.300a9 9 0 0 1 5.200 8.400l-1.500.1a7.500 7.500 0 0 0-4.300-7.100zM8.200 20.300a9 9 0 0 0 7.600 0l-.7-1.400a7.500 7.500 0 0 1-6.200 0z"/>
  </g>
</svg>`;

/** The extension's own icon. */
export const emrIcon = new LabIcon({ name: 'jupyterlab-emr:cluster', svgstr: CLUSTER });

// A clock's face with its hands.
const CLOCK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <path class="jp-icon3" fill="#616161" d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-.9 2.200v5.300l4 3.200 1.100-1.400-3.300-2.600V7.200z"/>
</svg>`;

/** What is under way or was: JupyterLab has an icon for it, but not all versions that this runs in. */
export const historyIcon = new LabIcon({ name: 'jupyterlab-emr:history', svgstr: CLOCK });
