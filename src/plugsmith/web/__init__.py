"""The page without a server: the same jobs in a browser's worker, on Pyodide.

Nothing here imports Pyodide: what only JavaScript can do is handed in as a `Host`.
"""
