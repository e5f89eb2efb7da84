/** For tests: whether this browser can run them on WebGPU, and what their report says where not. */
export const hasGpu = Boolean(await navigator.gpu?.requestAdapter());
export const whyNot = hasGpu ? "" : " (skipped: this browser offers no WebGPU adapter)";
