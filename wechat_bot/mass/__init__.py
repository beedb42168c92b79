"""Mass sending (群发): jobs that WeChat takes ten thousand followers at a time, and the ledgers of what is left."""
