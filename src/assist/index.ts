/** Help while typing: completion, inspection, whether a cell is complete. */
export {};
