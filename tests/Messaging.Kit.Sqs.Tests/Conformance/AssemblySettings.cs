// The tests over brokers mostly wait, so more of them run at once than there are processors.
[assembly: Parallelization(MaxThreads = 6)]
