"""Metrics that AWS's services publish by themselves and MiniStack does not, so that alarms on them work.

embedded: metrics in the log lines of functions; queues: AWS/SQS; executions: AWS/States. AWS/Lambda is
MiniStack's own, AWS/SageMaker is localcloud.sagemaker's. localcloud.ministack.metrics plugs them in.
"""
