/** Engines that run in Node, best first. */
export const NODE_ENGINES = ["ort-node", "ort-web", "cpu"] as const;
