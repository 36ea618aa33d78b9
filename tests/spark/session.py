"""A Spark cluster of two executors on this machine, each a Java process with Python processes of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pyspark
from pyspark.sql import SparkSession


def local_cluster() -> Any:
    """A session on it; its end is the cluster's."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)  # where executors find their scripts
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    for side in ("driver", "executor"):  # which live too short for the better compiler
        builder = builder.config(f"spark.{side}.extraJavaOptions", "-XX:TieredStopAtLevel=1")
    return builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
