"""Files of points are read a batch at a time, and what was read is let go."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.point_file import PointFile


def test_what_was_read_is_let_go(tmp_path):
    rng = np.random.default_rng(1)
    for rows_of_a_group in (100_000, 2_000_000):
        path = tmp_path / f"{rows_of_a_group}.parquet"
        table = pa.table({"lon": rng.uniform(0, 10, 2_000_000), "lat": rng.uniform(15, 25, 2_000_000)})
        pq.write_table(table, path, row_group_size=rows_of_a_group)
        del table
        before, held, rows = pa.total_allocated_bytes(), [], 0
        for batch in PointFile(path).batches():
            rows += batch.table.num_rows
            held.append(pa.total_allocated_bytes() - before)
        assert rows == 2_000_000
        assert max(held) < path.stat().st_size / 2
