import { UMAP } from "umap-js";
import { createRng } from "@/shared/lib/rng";

const NEIGHBOURS = 15;
const MIN_DISTANCE = 0.1;
/** Epochs between two reports. */
const REPORT = 10;

/**
 * UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) in two dimensions: 15 neighbours, minimal
 * distance 0.1, Euclidean on the vectors as they are (for unit vectors the order of cosines), seed 1.
 *
 * @param data - [rows × dimension], more than two rows.
 * @param dimension - row length.
 * @param onProgress - told how many epochs are done.
 * @returns [rows × 2]; the same for the same vectors.
 */
export function neighbourMap(
  data: Float32Array,
  dimension: number,
  onProgress: (done: number, total: number) => void,
): Float32Array {
  const count = Math.floor(data.length / dimension);
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(data.subarray(i * dimension, (i + 1) * dimension)),
  );
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, count - 1),
    minDist: MIN_DISTANCE,
    random: createRng(1),
  });
  const epochs = umap.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % REPORT === 0) onProgress(epoch, epochs);
  }
  return Float32Array.from(umap.getEmbedding().flat());
}
