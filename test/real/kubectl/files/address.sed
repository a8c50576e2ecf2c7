s/clusterIP: .*/clusterIP: 1.2.3.4/
